// The rows of a queue: pages as they are scrolled to, news without a jump.
import { useInfiniteQuery, useQuery, useQueryClient, type InfiniteData } from '@tanstack/react-query';
import { useCallback, useMemo, useRef, useState } from 'react';
import { isAbout, useNews } from '@/api/live';
import { fetchCount, fetchPage } from '@/api/ticketLists';
import { fetchTicket, keys } from '@/api/tickets';
import type { List, Ticket } from '@/api/types';
import type { About } from '@/app/records';

const NEWS_WAIT_MS = 400;
/** Beyond this many changed rows at once the first page alone is looked at. */
const SINGLE_READS = 10;

type Pages = InfiniteData<List<Ticket>, string | undefined>;

/** Puts newer versions of rows in their old places; an unknown row changes nothing. */
export function patchRows(data: Pages | undefined, newer: Ticket[]): Pages | undefined {
  if (!data || newer.length === 0) return data;
  const byId = new Map(newer.map((row) => [row.id, row]));
  return {
    ...data,
    pages: data.pages.map((page) => ({
      ...page,
      items: page.items.map((row) => {
        const found = byId.get(row.id);
        return found && found.version > row.version ? found : row;
      }),
    })),
  };
}

/** The rows of the fresh first page that the reader has not got yet. */
export function unseen(fresh: Ticket[], shown: Ticket[]): Ticket[] {
  const known = new Set(shown.map((row) => row.id));
  return fresh.filter((row) => !known.has(row.id));
}

export function useQueue({ kind, place }: About, q: string) {
  const client = useQueryClient();
  const key = keys.list(place, q);
  const [waiting, setWaiting] = useState<{ q: string; rows: Ticket[] }>({ q, rows: [] });
  const pages = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => fetchPage(place, q, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    refetchOnMount: 'always',
    retry: false,
  });
  const count = useQuery({ queryKey: keys.count(place, q), queryFn: () => fetchCount(place, q), enabled: pages.isSuccess, staleTime: 30_000, retry: false });
  const rows = useMemo(() => pages.data?.pages.flatMap((page) => page.items) ?? [], [pages.data]);

  const changed = useRef(new Set<string>());
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const look = useCallback(async () => {
    timer.current = undefined;
    const numbers = [...changed.current];
    changed.current.clear();
    const shown = client.getQueryData<Pages>(key)?.pages.flatMap((page) => page.items) ?? [];
    const fresh = await fetchPage(place, q).catch(() => null);
    if (!fresh) return;
    const inFirst = new Set(fresh.items.map((row) => row.number));
    const single = numbers.filter((n) => !inFirst.has(n) && shown.some((row) => row.number === n)).slice(0, SINGLE_READS);
    const gone = await Promise.all(single.map((number) => fetchTicket(place, number).catch(() => null)));
    const newer = [...fresh.items, ...gone.filter((row) => row !== null)];
    client.setQueryData<Pages>(key, (data) => patchRows(data, newer));
    setWaiting({ q, rows: unseen(fresh.items, shown) });
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [client, place, q]);

  useNews((news) => {
    if (!isAbout(news, kind) || !pages.isSuccess) return;
    if (news.type === 'record' && news.record.number) changed.current.add(news.record.number);
    timer.current ??= setTimeout(() => void look(), NEWS_WAIT_MS);
  });

  const showNew = useCallback(async () => {
    setWaiting({ q, rows: [] });
    await client.resetQueries({ queryKey: keys.list(place, q) });
    void client.invalidateQueries({ queryKey: keys.counts(place) });
  }, [client, place, q]);

  return { pages, rows, count: count.data, waiting: waiting.q === q ? waiting.rows : [], showNew };
}
