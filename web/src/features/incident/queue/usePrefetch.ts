// What one will most likely look at next is there before one asks for it.
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { prefetchIncident } from '@/api/incidents';
import type { IncidentRow } from '@/api/types';

/** Who runs through the list does not stop to read: nothing is asked for on the way. */
const PAUSE_MS = 120;

/** Reads the row under the cursor and its neighbours, and the page that shows one. */
export function usePrefetch(rows: IncidentRow[], current: string | undefined): void {
  const client = useQueryClient();
  const at = rows.findIndex((row) => row.number === current);
  const near = [rows[at], rows[at + 1], rows[at - 1]].flatMap((row) => (at >= 0 && row ? [row.number] : []));
  const key = near.join(' ');
  useEffect(() => {
    const timer = setTimeout(() => {
      void import('../ticket/TicketPage');
      for (const number of key.split(' ')) if (number) void prefetchIncident(client, number);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [client, key]);
}
