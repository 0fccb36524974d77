// What one will most likely look at next is there before one asks for it.
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useSteps } from '@/api/fields';
import { prefetchTicket } from '@/api/tickets';
import type { About } from '@/app/records';

/** Who runs through the list does not stop to read: nothing is asked for on the way. */
const PAUSE_MS = 120;

/** Reads tickets and their stories beforehand, and by `load` the page that shows one. */
export function usePrefetch({ kind, place }: About, numbers: (string | undefined)[], load?: () => Promise<unknown>): void {
  // Whoever opens a dialog types at once: what it asks for is known by then.
  useSteps(kind);
  const client = useQueryClient();
  const key = numbers.filter(Boolean).join(' ');
  useEffect(() => {
    const timer = setTimeout(() => {
      void load?.();
      for (const number of key.split(' ')) if (number) void prefetchTicket(client, place, number);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [client, place, key, load]);
}
