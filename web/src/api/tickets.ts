// What every ticket has, whatever its kind: fields, actions, story, words, files, watchers, links. `place` is where its kind
// stands in the API; lists of them are in `ticketLists.ts`.
import { useMutation, useQueries, useQuery, useQueryClient, type InfiniteData, type QueryClient, type UseQueryResult } from '@tanstack/react-query';
import { paths } from '@/app/paths';
import type { Place } from '@/app/records';
import { api, ifMatch, ok } from './client';
import { useNews } from './live';
import type { Attachment, Entry, List, PersonRef, Relation, Ticket, TimelineItem } from './types';
import { upload, type Progress } from './upload';

/** All that is read of a kind stands under its place, all of one ticket under `one`. */
export const keys = {
  list: (place: Place, q: string) => [place, 'list', q] as const,
  lists: (place: Place) => [place, 'list'] as const,
  count: (place: Place, q: string) => [place, 'count', q] as const,
  counts: (place: Place) => [place, 'count'] as const,
  one: (place: Place, number: string) => [place, 'one', number] as const,
  part: (place: Place, number: string, part: string) => [place, 'one', number, part] as const,
};

/** A ticket as its kind shows it. */
export function fetchTicket<T extends Ticket = Ticket>(place: Place, number: string): Promise<T> {
  return ok(api.GET(`/api/v1/${place}/{number}`, { params: { path: { number } } })) as unknown as Promise<T>;
}

/** A ticket. Until it is read, what a list knows of it is shown: everything but its long texts. */
export function useTicket<T extends Ticket = Ticket>(place: Place, number: string | undefined): UseQueryResult<T> {
  const client = useQueryClient();
  const query = useQuery({
    queryKey: keys.one(place, number ?? ''),
    queryFn: () => fetchTicket(place, number ?? ''),
    enabled: number !== undefined,
    placeholderData: () => rowOf(client, place, number),
  });
  return query as UseQueryResult<T>;
}

function rowOf(client: QueryClient, place: Place, number: string | undefined): Ticket | undefined {
  for (const [, data] of client.getQueriesData<InfiniteData<List<Ticket>>>({ queryKey: keys.lists(place) })) {
    const row = data?.pages.flatMap((page) => page.items).find((one) => one.number === number);
    if (row) return row;
  }
  return undefined;
}

/** Several tickets with what may be done on each. */
export function useTickets(place: Place, numbers: string[]): { tickets: Ticket[]; pending: boolean } {
  const results = useQueries({ queries: numbers.map((number) => ({ queryKey: keys.one(place, number), queryFn: () => fetchTicket(place, number), staleTime: 10_000 })) });
  return { tickets: results.flatMap((one) => one.data ?? []), pending: results.some((one) => one.isPending) };
}

/** Reads a ticket and its story beforehand. */
export function prefetchTicket(client: QueryClient, place: Place, number: string): Promise<unknown> {
  return Promise.all([client.prefetchQuery({ queryKey: keys.one(place, number), queryFn: () => fetchTicket(place, number) }), client.prefetchQuery(timelineOf(place, number))]);
}

const LONG = 500;

/** All pages of the story of a ticket, oldest first. */
async function fetchTimeline(place: Place, number: string): Promise<TimelineItem[]> {
  const items: TimelineItem[] = [];
  let cursor: string | undefined;
  do {
    const page: List<TimelineItem> = await ok<List<TimelineItem>>(
      api.GET(`/api/v1/${place}/{number}/timeline`, { params: { path: { number }, query: { limit: LONG, cursor } } }),
    );
    items.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor);
  return items;
}

const timelineOf = (place: Place, number: string) => ({ queryKey: keys.part(place, number, 'timeline'), queryFn: () => fetchTimeline(place, number) });

export function useTimeline(place: Place, number: string) {
  return useQuery(timelineOf(place, number));
}

export function useComments(place: Place, number: string) {
  return useQuery({
    queryKey: keys.part(place, number, 'comments'),
    queryFn: () => ok<List<Entry>>(api.GET(`/api/v1/${place}/{number}/comments`, { params: { path: { number }, query: { limit: LONG } } })),
  });
}

export function useAttachments(place: Place, number: string, enabled = true) {
  return useQuery({
    enabled,
    queryKey: keys.part(place, number, 'attachments'),
    queryFn: () => ok<List<Attachment>>(api.GET(`/api/v1/${place}/{number}/attachments`, { params: { path: { number } } })),
  });
}

export function useWatchers(place: Place, number: string) {
  return useQuery({
    queryKey: keys.part(place, number, 'watchers'),
    queryFn: () => ok<List<PersonRef>>(api.GET(`/api/v1/${place}/{number}/watchers`, { params: { path: { number } } })),
  });
}

export function useRelations(place: Place, number: string) {
  return useQuery({
    queryKey: keys.part(place, number, 'relations'),
    queryFn: () => ok<List<Relation>>(api.GET(`/api/v1/${place}/{number}/relations`, { params: { path: { number } } })),
  });
}

/** How words are sent: one can stop it, and sent again under the same key they arrive once. */
export type Sending = { key?: string; signal?: AbortSignal };
const sending = ({ key, signal }: Sending) => ({ signal, ...(key ? { headers: { 'Idempotency-Key': key } } : {}) });

/** The path of an action; the server names them in `actions`, so the types know it as the one that every kind has. */
const actionPath = (place: Place, action: string) => `/api/v1/${place}/{number}/${action}` as `/api/v1/${Place}/{number}/assign`;

export const ticketCommands = {
  create: <T extends Ticket>(place: Place, body: { short_description: string } & Record<string, unknown>) =>
    ok(api.POST(`/api/v1/${place}`, { body })) as unknown as Promise<T>,
  /** An action of the life cycle, by the name the server gives it in `actions`; what comes with it the life cycle says. */
  act: (place: Place, number: string, action: string, body: Record<string, unknown> = {}) =>
    ok(api.POST(actionPath(place, action), { params: { path: { number } }, body })),
  /** Changes fields; which ones there are the kind knows. */
  patch: (place: Place, number: string, version: number, body: Record<string, unknown>) =>
    ok(api.PATCH(`/api/v1/${place}/{number}`, { params: { path: { number }, header: ifMatch(version) }, body })),
  comment: (place: Place, number: string, text: string, how: Sending = {}) =>
    ok<Entry>(api.POST(`/api/v1/${place}/{number}/comments`, { params: { path: { number } }, body: { text }, ...sending(how) })),
  workNote: (place: Place, number: string, text: string, how: Sending = {}) =>
    ok<Entry>(api.POST(`/api/v1/${place}/{number}/work-notes`, { params: { path: { number } }, body: { text }, ...sending(how) })),
  retract: (place: Place, number: string, id: string, reason: string) =>
    ok(api.POST(`/api/v1/${place}/{number}/comments/{id}/retract`, { params: { path: { number, id } }, body: { reason } })),
  /** A file of an entry has the entry's audience; one without an entry stands for itself. */
  attach: (place: Place, number: string, file: File, to: { audience: 'public' | 'internal'; entry?: string }, onProgress?: Progress, signal?: AbortSignal) => {
    const form = new FormData();
    // The server streams the file, so what it must know beforehand stands before it.
    if (to.entry) form.append('entry', to.entry);
    else form.append('audience', to.audience);
    form.append('file', file, file.name);
    return upload<Attachment>(paths.attachments(place, number), form, onProgress, signal);
  },
  watch: (place: Place, number: string, login: string) =>
    ok(api.PUT(`/api/v1/${place}/{number}/watchers/{login}`, { params: { path: { number, login } } })),
  unwatch: (place: Place, number: string, login: string) =>
    ok(api.DELETE(`/api/v1/${place}/{number}/watchers/{login}`, { params: { path: { number, login } } })),
  relate: (place: Place, number: string, body: { type: string; to: string }) =>
    ok(api.POST(`/api/v1/${place}/{number}/relations`, { params: { path: { number } }, body })),
  unrelate: (place: Place, number: string, one: Relation) =>
    ok(api.DELETE(`/api/v1/${place}/{number}/relations/{id}`, { params: { path: { number, id: one.id }, header: ifMatch(one.version) } })),
};

/** Reads a ticket and all its parts again. */
export function useRefresh(place: Place): (number: string) => Promise<void> {
  const client = useQueryClient();
  return (number) => client.invalidateQueries({ queryKey: keys.one(place, number) });
}

/** Counts again: what was done may have moved a ticket from one queue to another. */
export function useRecount(place: Place): () => void {
  const client = useQueryClient();
  return () => void client.invalidateQueries({ queryKey: keys.counts(place) });
}

/** Runs a command on one ticket and reads it again, also when the command failed. */
export function useCommand<T = void, R = unknown>(place: Place, number: string, run: (input: T) => Promise<R>, done?: () => void) {
  const refresh = useRefresh(place);
  const recount = useRecount(place);
  return useMutation({
    mutationFn: run,
    onSuccess: done,
    onSettled: () => {
      recount();
      return refresh(number);
    },
  });
}

/** Keeps what is on screen of one ticket up to date. */
export function useTicketNews(place: Place, number: string): void {
  const refresh = useRefresh(place);
  useNews((news) => {
    if (news.type === 'reconnected' || (news.type === 'record' && news.record.number === number)) void refresh(number);
  });
}
