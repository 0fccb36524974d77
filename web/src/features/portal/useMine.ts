import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { fetchPage } from '@/api/incidents';
import { useNews } from '@/api/live';
import { conditions } from '@/app/paths';

const KEY = ['mine'];
const PAGE = 50;

/** What this person reported, newest change first, kept fresh. */
export function useMine() {
  const client = useQueryClient();
  useNews((news) => {
    if (news.type !== 'notification') void client.invalidateQueries({ queryKey: KEY });
  });
  return useInfiniteQuery({
    queryKey: KEY,
    queryFn: ({ pageParam }) => fetchPage(conditions.ofCaller, pageParam, PAGE, '-updated_at'),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });
}
