// What one will most likely look at next is there before one asks for it.
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useSteps } from '@/api/fields';
import { PLACE } from '@/api/incidents';
import { prefetchTicket } from '@/api/tickets';

/** Who runs through the list does not stop to read: nothing is asked for on the way. */
const PAUSE_MS = 120;

/** Reads incidents and their stories beforehand, and the page that shows one. */
export function usePrefetch(numbers: (string | undefined)[]): void {
  // Whoever opens a dialog types at once: what it asks for is known by then.
  useSteps('incident');
  const client = useQueryClient();
  const key = numbers.filter(Boolean).join(' ');
  useEffect(() => {
    const timer = setTimeout(() => {
      void import('./ticket/TicketPage');
      for (const number of key.split(' ')) if (number) void prefetchTicket(client, PLACE, number);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [client, key]);
}
