// The registry of fields: labels and choices, by kind of record.
import { useQuery } from '@tanstack/react-query';
import type { Kind } from '@/app/records';
import { api, ok } from './client';
import type { FieldDef, List } from './types';

const NO_FIELDS: FieldDef[] = [];

export function useFields(kind: Kind): FieldDef[] {
  const { data } = useQuery({
    queryKey: ['fields', kind],
    queryFn: () => ok<List<FieldDef>>(api.GET('/api/v1/fields', { params: { query: { kind } } })),
    staleTime: 5 * 60_000,
  });
  return data?.items ?? NO_FIELDS;
}
