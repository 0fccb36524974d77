// Reading and writing incidents.
import { useMutation, useQueries, useQuery, useQueryClient, type InfiniteData, type QueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { api, ifMatch, ok } from './client';
import { useNews } from './live';
import { upload, type Progress } from './upload';
import type { Attachment, Cells, Entry, FieldDef, Incident, IncidentPatch, IncidentRow, IncidentSettings, List, NewIncident, PersonRef, Relation, TimelineItem } from './types';
import { paths } from '@/app/paths';

export const PAGE = 100;
/** The order of the queue: what is worse first, then what waits longest. */
export const QUEUE_SORT = 'priority,opened_at';
const COUNT_REFRESH_MS = 4000;

export const keys = {
  list: (q: string) => ['incidents', 'list', q] as const,
  count: (q: string) => ['incidents', 'count', q] as const,
  one: (number: string) => ['incident', number] as const,
  part: (number: string, part: string) => ['incident', number, part] as const,
  fields: ['fields', 'incident'] as const,
};

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
      void client.invalidateQueries({ queryKey: ['incidents', 'count'] });
    }, COUNT_REFRESH_MS);
  });
  const results = useQueries({
    queries: conditions.map((q) => ({ queryKey: keys.count(q), queryFn: () => fetchCount(q), enabled: active, staleTime: 30_000 })),
  });
  return Object.fromEntries(conditions.map((q, index) => [q, results[index]?.data]));
}

export function fetchIncident(number: string): Promise<Incident> {
  return ok(api.GET('/api/v1/incidents/{number}', { params: { path: { number } } })) as Promise<Incident>;
}

/** An incident. Until it is read, what a list knows of it is shown: everything but its long texts. */
export function useIncident(number: string | undefined) {
  const client = useQueryClient();
  return useQuery({
    queryKey: keys.one(number ?? ''),
    queryFn: () => fetchIncident(number ?? ''),
    enabled: number !== undefined,
    placeholderData: () => rowOf(client, number),
  });
}

/** Several incidents with what may be done on each. */
export function useIncidents(numbers: string[]): { incidents: Incident[]; pending: boolean } {
  const results = useQueries({ queries: numbers.map((number) => ({ queryKey: keys.one(number), queryFn: () => fetchIncident(number), staleTime: 10_000 })) });
  return { incidents: results.flatMap((one) => one.data ?? []), pending: results.some((one) => one.isPending) };
}

function rowOf(client: QueryClient, number: string | undefined): Incident | undefined {
  for (const [, data] of client.getQueriesData<InfiniteData<List<IncidentRow>>>({ queryKey: ['incidents', 'list'] })) {
    const row = data?.pages.flatMap((page) => page.items).find((one) => one.number === number);
    if (row) return row;
  }
  return undefined;
}

/** Reads an incident and its story beforehand. */
export function prefetchIncident(client: QueryClient, number: string): Promise<unknown> {
  return Promise.all([
    client.prefetchQuery({ queryKey: keys.one(number), queryFn: () => fetchIncident(number) }),
    client.prefetchQuery({ queryKey: keys.part(number, 'timeline'), queryFn: () => fetchTimeline(number) }),
  ]);
}

const LONG = 500;

/** All pages of the story of an incident, oldest first. */
async function fetchTimeline(number: string): Promise<TimelineItem[]> {
  const items: TimelineItem[] = [];
  let cursor: string | undefined;
  do {
    const page: List<TimelineItem> = await ok<List<TimelineItem>>(
      api.GET('/api/v1/incidents/{number}/timeline', { params: { path: { number }, query: { limit: LONG, cursor } } }),
    );
    items.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor);
  return items;
}

export function useTimeline(number: string | undefined) {
  return useQuery({ queryKey: keys.part(number ?? '', 'timeline'), queryFn: () => fetchTimeline(number ?? ''), enabled: number !== undefined });
}

export function useComments(number: string) {
  return useQuery({
    queryKey: keys.part(number, 'comments'),
    queryFn: () => ok<List<Entry>>(api.GET('/api/v1/incidents/{number}/comments', { params: { path: { number }, query: { limit: LONG } } })),
  });
}

export function useAttachments(number: string, enabled = true) {
  return useQuery({
    enabled,
    queryKey: keys.part(number, 'attachments'),
    queryFn: () => ok<List<Attachment>>(api.GET('/api/v1/incidents/{number}/attachments', { params: { path: { number } } })),
  });
}

export function useWatchers(number: string) {
  return useQuery({
    queryKey: keys.part(number, 'watchers'),
    queryFn: () => ok<List<PersonRef>>(api.GET('/api/v1/incidents/{number}/watchers', { params: { path: { number } } })),
  });
}

export function useRelations(number: string) {
  return useQuery({
    queryKey: keys.part(number, 'relations'),
    queryFn: () => ok<List<Relation>>(api.GET('/api/v1/incidents/{number}/relations', { params: { path: { number } } })),
  });
}

/** The registry of fields: labels and choices. */
export function useFields(): FieldDef[] {
  const { data } = useQuery({
    queryKey: keys.fields,
    queryFn: () => ok<List<FieldDef>>(api.GET('/api/v1/fields', { params: { query: { kind: 'incident' } } })),
    staleTime: 5 * 60_000,
  });
  return data?.items ?? NO_FIELDS;
}
const NO_FIELDS: FieldDef[] = [];

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

/** How words are sent: one can stop it, and sent again under the same key they arrive once. */
export type Sending = { key?: string; signal?: AbortSignal };
const sending = ({ key, signal }: Sending) => ({ signal, ...(key ? { headers: { 'Idempotency-Key': key } } : {}) });

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
  comment: (number: string, text: string, how: Sending = {}) =>
    ok<Entry>(api.POST('/api/v1/incidents/{number}/comments', { params: { path: { number } }, body: { text }, ...sending(how) })),
  workNote: (number: string, text: string, how: Sending = {}) =>
    ok<Entry>(api.POST('/api/v1/incidents/{number}/work-notes', { params: { path: { number } }, body: { text }, ...sending(how) })),
  retract: (number: string, id: string, reason: string) =>
    ok(api.POST('/api/v1/incidents/{number}/comments/{id}/retract', { params: { path: { number, id } }, body: { reason } })),
  /** A file of an entry has the entry's audience; one without an entry stands for itself. */
  attach: (number: string, file: File, to: { audience: 'public' | 'internal'; entry?: string }, onProgress?: Progress, signal?: AbortSignal) => {
    const form = new FormData();
    // The server streams the file, so what it must know beforehand stands before it.
    if (to.entry) form.append('entry', to.entry);
    else form.append('audience', to.audience);
    form.append('file', file, file.name);
    return upload<Attachment>(paths.attachments(number), form, onProgress, signal);
  },
  watch: (number: string, login: string) =>
    ok(api.PUT('/api/v1/incidents/{number}/watchers/{login}', { params: { path: { number, login } } })),
  unwatch: (number: string, login: string) =>
    ok(api.DELETE('/api/v1/incidents/{number}/watchers/{login}', { params: { path: { number, login } } })),
  relate: (number: string, body: { type: string; to: string }) =>
    ok(api.POST('/api/v1/incidents/{number}/relations', { params: { path: { number } }, body })),
  unrelate: (number: string, one: Relation) =>
    ok(api.DELETE('/api/v1/incidents/{number}/relations/{id}', { params: { path: { number, id: one.id }, header: ifMatch(one.version) } })),
};

/** Reads an incident and all its parts again. */
export function useRefresh(): (number: string) => Promise<void> {
  const client = useQueryClient();
  return (number) => client.invalidateQueries({ queryKey: keys.one(number) });
}

/** Counts again: what was done may have moved an incident from one queue to another. */
export function useRecount(): () => void {
  const client = useQueryClient();
  return () => void client.invalidateQueries({ queryKey: ['incidents', 'count'] });
}

/** Runs a command on one incident and reads it again, also when the command failed. */
export function useCommand<T = void, R = unknown>(number: string, run: (input: T) => Promise<R>, done?: () => void) {
  const refresh = useRefresh();
  const recount = useRecount();
  return useMutation({
    mutationFn: run,
    onSuccess: done,
    onSettled: () => {
      recount();
      return refresh(number);
    },
  });
}

/** Keeps what is on screen of one incident up to date. */
export function useIncidentNews(number: string | undefined): void {
  const refresh = useRefresh();
  useNews((news) => {
    if (number === undefined) return;
    if (news.type === 'reconnected' || (news.type === 'record' && news.record.number === number)) void refresh(number);
  });
}
