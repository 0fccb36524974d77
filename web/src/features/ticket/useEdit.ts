// Changing one field where it stands. If somebody else was faster, nothing is lost and one chooses.
import { useState } from 'react';
import { commands, fetchIncident, useRefresh } from '@/api/incidents';
import { ApiError } from '@/api/client';
import type { Incident } from '@/api/types';

const CONFLICT = 412;

export type Edit = {
  /** Called when the editor opens: what is seen now is what the change is made against. */
  begin: () => void;
  busy: boolean;
  error: unknown;
  /** The incident as somebody else left it, when it changed meanwhile. */
  conflict: Incident | null;
  save: (value: unknown) => Promise<boolean>;
  /** Writes my value over theirs. */
  insist: () => Promise<boolean>;
  reset: () => void;
};

export function useEdit(incident: Incident, field: string): Edit {
  const refresh = useRefresh();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [conflict, setConflict] = useState<Incident | null>(null);
  const [mine, setMine] = useState<unknown>(null);
  // News may bring a newer incident while one types; against that theirs would be overwritten unseen.
  const [base, setBase] = useState(incident);

  const write = async (value: unknown, version: number): Promise<boolean> => {
    setBusy(true);
    setError(null);
    setMine(value);
    try {
      await commands.patch(incident.number, version, { [field]: value });
      setConflict(null);
      return true;
    } catch (problem) {
      if (!(problem instanceof ApiError && problem.status === CONFLICT)) {
        setError(problem);
        return false;
      }
      const theirs = await fetchIncident(incident.number);
      const same = JSON.stringify(theirs[field as keyof Incident]) === JSON.stringify(base[field as keyof Incident]);
      // They changed another field: mine can stand beside it.
      if (same) return await write(value, theirs.version);
      setConflict(theirs);
      return false;
    } finally {
      setBusy(false);
      void refresh(incident.number);
    }
  };
  return {
    busy,
    error,
    conflict,
    begin: () => setBase(incident),
    save: (value) => write(value, base.version),
    insist: () => (conflict ? write(mine, conflict.version) : Promise.resolve(false)),
    reset: () => {
      setError(null);
      setConflict(null);
    },
  };
}
