// Files that wait to be sent with a text. They belong to one audience; sending says how far each is.
import { useRef, useState } from 'react';
import { ApiError } from '@/api/client';
import { ticketCommands } from '@/api/tickets';
import type { Place } from '@/app/records';
import { errorText } from '@/ui/States';

export type Staged = {
  id: number;
  file: File;
  state: 'waiting' | 'sending' | 'failed';
  /** How much of it is sent, from 0 to 1. */
  part: number;
  error?: string;
  /** The message it belongs to, when that was sent already. */
  entry?: string;
};

export type Outbox = {
  staged: Staged[];
  busy: boolean;
  add: (files: Iterable<File>) => void;
  /** Takes a file out; one under way is stopped. */
  remove: (id: number) => void;
  /** Sends all files to the ticket, to the entry if there is one; gives how many failed and are still here. */
  send: (place: Place, number: string, audience: 'public' | 'internal', entry?: string) => Promise<number>;
};

let serial = 0;

export function useOutbox(): Outbox {
  const [staged, setStaged] = useState<Staged[]>([]);
  const stops = useRef(new Map<number, AbortController>());
  const change = (id: number, to: Partial<Staged>) => setStaged((all) => all.map((one) => (one.id === id ? { ...one, ...to } : one)));
  const drop = (id: number) => setStaged((all) => all.filter((one) => one.id !== id));

  const sendOne = async (one: Staged, place: Place, number: string, audience: 'public' | 'internal', entry?: string): Promise<boolean> => {
    const to = one.entry ?? entry;
    const stop = new AbortController();
    stops.current.set(one.id, stop);
    change(one.id, { state: 'sending', part: 0, error: undefined, entry: to });
    try {
      await ticketCommands.attach(place, number, one.file, { audience, entry: to }, (part) => change(one.id, { part }), stop.signal);
      drop(one.id);
      return true;
    } catch (error) {
      if (stop.signal.aborted) drop(one.id);
      else change(one.id, { state: 'failed', error: error instanceof ApiError ? errorText(error) : errorText(null) });
      return stop.signal.aborted;
    } finally {
      stops.current.delete(one.id);
    }
  };

  return {
    staged,
    busy: staged.some((one) => one.state === 'sending'),
    add: (files) => {
      const more = [...files].map((file): Staged => ({ id: (serial += 1), file, state: 'waiting', part: 0 }));
      setStaged((all) => [...all, ...more]);
    },
    remove: (id) => {
      const stop = stops.current.get(id);
      if (stop) stop.abort();
      else drop(id);
    },
    send: async (place, number, audience, entry) => {
      // One after the other: a slow line is not shared, and they stand in the order they were chosen.
      let failed = 0;
      for (const one of staged) if (!(await sendOne(one, place, number, audience, entry))) failed += 1;
      return failed;
    },
  };
}
