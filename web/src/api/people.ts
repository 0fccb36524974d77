// Persons, teams, grants.
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, ifMatch, ok } from './client';
import type { Grant, List, NewPerson, NewTeam, Person, PersonPatch, Role, Team, TeamPatch, Thing } from './types';

const PAGE = 100;
/** Teams are few: one page holds them, so that they can stand in the order people expect. */
const MANY = 500;

export function usePeople(q: string) {
  return useInfiniteQuery({
    queryKey: ['people', 'list', q],
    queryFn: ({ pageParam }) => ok<List<Person>>(api.GET('/api/v1/people', { params: { query: { q: q || undefined, limit: PAGE, cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: (before) => before,
    retry: false,
  });
}

export function usePerson(login: string) {
  return useQuery({ queryKey: ['people', 'one', login], queryFn: () => ok<Person>(api.GET('/api/v1/people/{login}', { params: { path: { login } } })) });
}

export function useTeams(q: string) {
  return useInfiniteQuery({
    queryKey: ['teams', 'list', q],
    queryFn: ({ pageParam }) => ok<List<Team>>(api.GET('/api/v1/teams', { params: { query: { q: q || undefined, limit: MANY, cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: (before) => before,
    retry: false,
  });
}

export function useTeam(id: string) {
  return useQuery({ queryKey: ['teams', 'one', id], queryFn: () => ok<Team>(api.GET('/api/v1/teams/{id}', { params: { path: { id } } })) });
}

export function useOrganisations(): Thing[] {
  const { data } = useQuery({
    queryKey: ['organisations'],
    queryFn: () => ok<List<Thing>>(api.GET('/api/v1/organisations', { params: { query: { limit: PAGE } } })),
    staleTime: 5 * 60_000,
    retry: false,
  });
  return data?.items ?? [];
}

/** What belongs to it is global; nobody is a member, so it is none to tell people apart by. */
const EVERYONE = '01900000-0000-7000-8000-000000000002';

/** Whether naming an organisation tells anything: with a single one it is the same word on every row. */
export function useSeveralOrganisations(): boolean {
  return useOrganisations().filter((one) => one.id !== EVERYONE).length > 1;
}

/** All grants; the screen picks those of one holder. */
export function useGrants(enabled = true) {
  return useQuery({
    queryKey: ['grants'],
    queryFn: () => ok<List<Grant>>(api.GET('/api/v1/grants', { params: { query: { limit: 500 } } })),
    enabled,
    retry: false,
  });
}

export const people = {
  create: (body: NewPerson) => ok<Person>(api.POST('/api/v1/people', { body })),
  patch: (login: string, version: number, body: PersonPatch) =>
    ok(api.PATCH('/api/v1/people/{login}', { params: { path: { login }, header: ifMatch(version) }, body })),
  disable: (login: string) => ok(api.POST('/api/v1/people/{login}/disable', { params: { path: { login } }, body: {} })),
  enable: (login: string) => ok(api.POST('/api/v1/people/{login}/enable', { params: { path: { login } }, body: {} })),
  erase: (login: string, reason: string) => ok(api.POST('/api/v1/people/{login}/erase', { params: { path: { login } }, body: { reason } })),
  resetPassword: (login: string) =>
    ok<{ token: string; expires_at: string }>(api.POST('/api/v1/people/{login}/password-reset', { params: { path: { login } }, body: {} })),
  grant: (body: { holder: string; role: Role; organisation?: string }) => ok(api.POST('/api/v1/grants', { body })),
  revoke: (grant: Grant) => ok(api.DELETE('/api/v1/grants/{id}', { params: { path: { id: grant.id }, header: ifMatch(grant.version) } })),
};

export const teams = {
  create: (body: NewTeam) => ok<Team>(api.POST('/api/v1/teams', { body })),
  patch: (id: string, version: number, body: TeamPatch) =>
    ok(api.PATCH('/api/v1/teams/{id}', { params: { path: { id }, header: ifMatch(version) }, body })),
  join: (team: Team, login: string) =>
    ok(api.PUT('/api/v1/teams/{id}/members/{login}', { params: { path: { id: team.id, login }, header: ifMatch(team.version) } })),
  leave: (team: Team, login: string) =>
    ok(api.DELETE('/api/v1/teams/{id}/members/{login}', { params: { path: { id: team.id, login }, header: ifMatch(team.version) } })),
};

/** Reads people, teams and grants again. */
export function useReload(): () => void {
  const client = useQueryClient();
  return () => {
    for (const key of ['people', 'teams', 'grants', 'refs', 'person']) void client.invalidateQueries({ queryKey: [key] });
  };
}
