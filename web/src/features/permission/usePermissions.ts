import { useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';
import type { Permissions } from '@/api/types';

export function usePermissions() {
  return useQuery({ queryKey: ['permissions'], queryFn: () => ok<Permissions>(api.GET('/api/v1/permissions')), staleTime: 60_000, retry: false });
}
