import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { PLACE } from '@/api/incidents';
import { isAbout, useNews } from '@/api/live';
import { fetchPage } from '@/api/ticketLists';
import type { Incident } from '@/api/types';
import { conditions } from '@/app/paths';

const KEY = ['mine'];
const PAGE = 50;

/** What this person reported, newest change first, kept fresh. */
export function useMine() {
  const client = useQueryClient();
  useNews((news) => {
    if (isAbout(news, 'incident')) void client.invalidateQueries({ queryKey: KEY });
  });
  return useInfiniteQuery({
    queryKey: KEY,
    queryFn: ({ pageParam }) => fetchPage<Incident>(PLACE, conditions.ofCaller, pageParam, PAGE, '-updated_at'),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });
}
