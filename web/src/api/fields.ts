// What a kind of record is made of: its fields with labels and choices, and its life cycle.
import { useQuery } from '@tanstack/react-query';
import type { Kind } from '@/app/records';
import { api, ok } from './client';
import type { FieldDef, List, Step } from './types';

const NO_FIELDS: FieldDef[] = [];

export function useFields(kind: Kind): FieldDef[] {
  const { data } = useQuery({
    queryKey: ['fields', kind],
    queryFn: () => ok<List<FieldDef>>(api.GET('/api/v1/fields', { params: { query: { kind } } })),
    staleTime: 5 * 60_000,
  });
  return data?.items ?? NO_FIELDS;
}

/** The steps of a kind's life cycle; they change with the program only. */
export function useSteps(kind: Kind): { steps?: Step[]; error: unknown; retry: () => void } {
  const { data, error, refetch } = useQuery({
    queryKey: ['life-cycle', kind],
    queryFn: () => ok<{ transitions: Step[] }>(api.GET('/api/v1/life-cycles/{kind}', { params: { path: { kind } } })),
    staleTime: Infinity,
  });
  return { steps: data?.transitions, error, retry: () => void refetch() };
}
