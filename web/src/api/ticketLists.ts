// Lists of tickets: a page of one, how many there are, and counts that stay fresh.
import { useQueries, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import type { About, Place } from '@/app/records';
import { api, ok } from './client';
import { isAbout, useNews } from './live';
import { keys } from './tickets';
import type { List, Ticket } from './types';

export const PAGE = 100;
/** The order of a queue: what is worse first, then what waits longest. */
const QUEUE_SORT = 'priority,opened_at';
const COUNT_REFRESH_MS = 4000;

export function fetchPage<T extends Ticket = Ticket>(place: Place, q: string, cursor?: string, limit = PAGE, sort = QUEUE_SORT): Promise<List<T>> {
  // The address answers CSV too; what is asked for here is JSON.
  return ok(api.GET(`/api/v1/${place}`, { params: { query: { q, sort, limit, cursor } } })) as unknown as Promise<List<T>>;
}

export async function fetchCount(place: Place, q: string): Promise<number> {
  const list = (await ok(api.GET(`/api/v1/${place}`, { params: { query: { q, limit: 1, count: true } } }))) as List<Ticket>;
  return list.count ?? 0;
}

/** The counts of several conditions of one kind, kept fresh by its news but asked for at most every few seconds. */
export function useQueueCounts({ kind, place }: About, conditions: string[], active: boolean): Record<string, number | undefined> {
  const client = useQueryClient();
  const waiting = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useNews((news) => {
    if (!isAbout(news, kind) || waiting.current !== undefined) return;
    waiting.current = setTimeout(() => {
      waiting.current = undefined;
      void client.invalidateQueries({ queryKey: keys.counts(place) });
    }, COUNT_REFRESH_MS);
  });
  const results = useQueries({
    queries: conditions.map((q) => ({ queryKey: keys.count(place, q), queryFn: () => fetchCount(place, q), enabled: active, staleTime: 30_000 })),
  });
  return Object.fromEntries(conditions.map((q, index) => [q, results[index]?.data]));
}
