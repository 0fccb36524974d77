// Who is signed in. One query holds it; every page may ask.
import { useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { api, ApiError, ok, setCsrfToken } from '@/api/client';
import { setZone } from './format';
import type { Me } from '@/api/types';

const KEY = ['me'];

/** What the page must know of whoever is signed in before it shows anything. */
function greet(me: Me): void {
  setCsrfToken(me.csrf_token);
  setZone(me.zone);
}

async function load(): Promise<Me | null> {
  try {
    const me = await ok<Me>(api.GET('/api/v1/me'));
    greet(me);
    return me;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

export const meQuery = { queryKey: KEY, queryFn: load, staleTime: Infinity };

/** The signed-in person; pages behind the sign-in always have one. */
export function useMe(): Me {
  const { data } = useQuery(meQuery);
  if (!data) throw new Error('this page needs a session');
  return data;
}

/** The same, where nobody may be signed in. */
export function useMaybeMe(): Me | null | undefined {
  return useQuery(meQuery).data;
}

export async function signIn(client: QueryClient, login: string, password: string): Promise<Me> {
  const me = await ok<Me>(api.POST('/api/v1/session', { body: { login, password } }));
  greet(me);
  client.clear();
  client.setQueryData(KEY, me);
  return me;
}

export function useSignOut(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    await ok(api.DELETE('/api/v1/session')).catch(() => undefined);
    setCsrfToken(null);
    client.clear();
    client.setQueryData(KEY, null);
  };
}

/** Whether the desk is this person's place; the portal is for everybody else. A choice of door, not a right. */
export function worksAtDesk(me: Me): boolean {
  return me.roles.some((role) => role !== 'requester');
}
