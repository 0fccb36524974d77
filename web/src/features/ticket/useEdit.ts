// Changing one field where it stands. If somebody else was faster, nothing is lost and one chooses.
import { useState } from 'react';
import { fetchTicket, ticketCommands, useRefresh } from '@/api/tickets';
import { ApiError } from '@/api/client';
import type { Ticket } from '@/api/types';
import { kindOf } from '@/app/records';
import { fieldOf } from './values';

const CONFLICT = 412;

export type Edit = {
  /** Called when the editor opens: what is seen now is what the change is made against. */
  begin: () => void;
  busy: boolean;
  error: unknown;
  /** The ticket as somebody else left it, when it changed meanwhile. */
  conflict: Ticket | null;
  save: (value: unknown) => Promise<boolean>;
  /** Writes my value over theirs. */
  insist: () => Promise<boolean>;
  reset: () => void;
};

export function useEdit(ticket: Ticket, field: string): Edit {
  const { place } = kindOf(ticket);
  const refresh = useRefresh(place);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [conflict, setConflict] = useState<Ticket | null>(null);
  const [mine, setMine] = useState<unknown>(null);
  // News may bring a newer ticket while one types; against that theirs would be overwritten unseen.
  const [base, setBase] = useState(ticket);

  const write = async (value: unknown, version: number): Promise<boolean> => {
    setBusy(true);
    setError(null);
    setMine(value);
    try {
      await ticketCommands.patch(place, ticket.number, version, { [field]: value });
      setConflict(null);
      return true;
    } catch (problem) {
      if (!(problem instanceof ApiError && problem.status === CONFLICT)) {
        setError(problem);
        return false;
      }
      const theirs = await fetchTicket(place, ticket.number);
      const same = JSON.stringify(fieldOf(theirs, field)) === JSON.stringify(fieldOf(base, field));
      // They changed another field: mine can stand beside it.
      if (same) return await write(value, theirs.version);
      setConflict(theirs);
      return false;
    } finally {
      setBusy(false);
      void refresh(ticket.number);
    }
  };
  return {
    busy,
    error,
    conflict,
    begin: () => setBase(ticket),
    save: (value) => write(value, base.version),
    insist: () => (conflict ? write(mine, conflict.version) : Promise.resolve(false)),
    reset: () => {
      setError(null);
      setConflict(null);
    },
  };
}
