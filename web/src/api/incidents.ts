// Reading and writing incidents. What every ticket has stands in `tickets.ts`.
import { useQueries, useQuery, useQueryClient, type InfiniteData, type QueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { api, ifMatch, ok } from './client';
import { useNews } from './live';
import { fetchTicket, keys, prefetchTimeline } from './tickets';
import type { Cells, Incident, IncidentPatch, IncidentRow, IncidentSettings, List, NewIncident } from './types';

/** Where incidents stand in the API. */
export const PLACE = 'incidents';
export const PAGE = 100;
/** The order of the queue: what is worse first, then what waits longest. */
export const QUEUE_SORT = 'priority,opened_at';
const COUNT_REFRESH_MS = 4000;

export function fetchPage(q: string, cursor?: string, limit = PAGE, sort = QUEUE_SORT): Promise<List<IncidentRow>> {
  return ok(api.GET('/api/v1/incidents', { params: { query: { q, sort, limit, cursor } } })) as Promise<List<IncidentRow>>;
}

export async function fetchCount(q: string): Promise<number> {
  const list = (await ok(api.GET('/api/v1/incidents', { params: { query: { q, limit: 1, count: true } } }))) as List<IncidentRow>;
  return list.count ?? 0;
}

/** The counts of several conditions, kept fresh by news but asked for at most every few seconds. */
export function useQueueCounts(conditions: string[], active: boolean): Record<string, number | undefined> {
  const client = useQueryClient();
  const waiting = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useNews((news) => {
    if (news.type === 'notification' || waiting.current !== undefined) return;
    waiting.current = setTimeout(() => {
      waiting.current = undefined;
      void client.invalidateQueries({ queryKey: keys.counts(PLACE) });
    }, COUNT_REFRESH_MS);
  });
  const results = useQueries({
    queries: conditions.map((q) => ({ queryKey: keys.count(PLACE, q), queryFn: () => fetchCount(q), enabled: active, staleTime: 30_000 })),
  });
  return Object.fromEntries(conditions.map((q, index) => [q, results[index]?.data]));
}

export const fetchIncident = (number: string): Promise<Incident> => fetchTicket<Incident>(PLACE, number);

/** An incident. Until it is read, what a list knows of it is shown: everything but its long texts. */
export function useIncident(number: string | undefined) {
  const client = useQueryClient();
  return useQuery({
    queryKey: keys.one(PLACE, number ?? ''),
    queryFn: () => fetchIncident(number ?? ''),
    enabled: number !== undefined,
    placeholderData: () => rowOf(client, number),
  });
}

/** Several incidents with what may be done on each. */
export function useIncidents(numbers: string[]): { incidents: Incident[]; pending: boolean } {
  const results = useQueries({ queries: numbers.map((number) => ({ queryKey: keys.one(PLACE, number), queryFn: () => fetchIncident(number), staleTime: 10_000 })) });
  return { incidents: results.flatMap((one) => one.data ?? []), pending: results.some((one) => one.isPending) };
}

function rowOf(client: QueryClient, number: string | undefined): Incident | undefined {
  for (const [, data] of client.getQueriesData<InfiniteData<List<IncidentRow>>>({ queryKey: keys.lists(PLACE) })) {
    const row = data?.pages.flatMap((page) => page.items).find((one) => one.number === number);
    if (row) return row;
  }
  return undefined;
}

/** Reads an incident and its story beforehand. */
export function prefetchIncident(client: QueryClient, number: string): Promise<unknown> {
  return Promise.all([
    client.prefetchQuery({ queryKey: keys.one(PLACE, number), queryFn: () => fetchIncident(number) }),
    prefetchTimeline(client, PLACE, number),
  ]);
}

/** The priority that follows from impact and urgency, by the administrator's matrix. */
export function usePriorityOf(impact: number, urgency: number): number | undefined {
  const { data } = useQuery({ queryKey: ['priority-matrix'], queryFn: () => ok<Cells>(api.GET('/api/v1/priority-matrix')), staleTime: 5 * 60_000, retry: false });
  return data?.cells.find((cell) => cell.impact === impact && cell.urgency === urgency)?.priority;
}

/** The days after which a resolved incident closes by itself; 0 is never. */
export function useAutoCloseDays(active: boolean): number | undefined {
  const { data } = useQuery({ queryKey: ['incident-settings'], queryFn: () => ok<IncidentSettings>(api.GET('/api/v1/incident-settings')), enabled: active, staleTime: 5 * 60_000, retry: false });
  return data?.auto_close_days;
}

/** The commands of the life cycle, by the name the server gives them in `actions`. */
export const commands = {
  assign: (number: string, body: { assignment_group?: string | null; assigned_to?: string | null }) =>
    ok(api.POST('/api/v1/incidents/{number}/assign', { params: { path: { number } }, body })),
  hold: (number: string, body: { on_hold_reason?: string; until?: string; comment?: string }) =>
    ok(api.POST('/api/v1/incidents/{number}/hold', { params: { path: { number } }, body })),
  resume: (number: string) => ok(api.POST('/api/v1/incidents/{number}/resume', { params: { path: { number } }, body: {} })),
  resolve: (number: string, body: { close_code: string; close_notes: string }) =>
    ok(api.POST('/api/v1/incidents/{number}/resolve', { params: { path: { number } }, body })),
  close: (number: string) => ok(api.POST('/api/v1/incidents/{number}/close', { params: { path: { number } }, body: {} })),
  reopen: (number: string, body: { comment: string }) =>
    ok(api.POST('/api/v1/incidents/{number}/reopen', { params: { path: { number } }, body })),
  cancel: (number: string, body: { reason: string }) =>
    ok(api.POST('/api/v1/incidents/{number}/cancel', { params: { path: { number } }, body })),
  duplicate: (number: string, body: { of: string }) =>
    ok(api.POST('/api/v1/incidents/{number}/duplicate', { params: { path: { number } }, body })),
  unmerge: (number: string) => ok(api.POST('/api/v1/incidents/{number}/unmerge', { params: { path: { number } }, body: {} })),
  workTime: (number: string, body: { minutes: number; note?: string }) =>
    ok(api.POST('/api/v1/incidents/{number}/work-time', { params: { path: { number } }, body })),
  patch: (number: string, version: number, body: IncidentPatch) =>
    ok(api.PATCH('/api/v1/incidents/{number}', { params: { path: { number }, header: ifMatch(version) }, body })),
  create: (body: NewIncident) => ok<Incident>(api.POST('/api/v1/incidents', { body })),
};
