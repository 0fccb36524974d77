// The agent's pages. Each loads when it is opened; the queue is the first.
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
import type { QueryClient } from '@tanstack/react-query';
import { conditions, paths } from './paths';
import { parseQuery, stringifyQuery } from './query';
import { meQuery, worksAtDesk } from './session';
import { NotFound, RouteError } from './RouteError';

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

export function makeRouter(client: QueryClient) {
  const root = createRootRoute({ notFoundComponent: NotFound, errorComponent: RouteError });

  const signIn = createRoute({
    getParentRoute: () => root,
    path: '/sign-in',
    validateSearch: (search: Record<string, unknown>): { back?: string } => ({ back: text(search.back) }),
    component: lazyRouteComponent(() => import('@/features/session/SignInPage'), 'SignInPage'),
  });
  const reset = createRoute({
    getParentRoute: () => root,
    path: '/password-reset',
    validateSearch: (search: Record<string, unknown>): { token?: string } => ({ token: text(search.token) }),
    component: lazyRouteComponent(() => import('@/features/session/PasswordResetPage'), 'PasswordResetPage'),
  });

  const desk = createRoute({
    getParentRoute: () => root,
    id: 'desk',
    beforeLoad: async ({ location }) => {
      const me = await client.ensureQueryData(meQuery);
      if (!me) throw redirect({ href: paths.signIn(location.href) });
      // The portal is an entry of its own, so this leaves the page.
      if (!worksAtDesk(me)) {
        window.location.replace(paths.portal());
        await new Promise(() => {});
      }
    },
    component: lazyRouteComponent(() => import('./Shell'), 'Shell'),
  });
  const home = createRoute({
    getParentRoute: () => desk,
    path: '/',
    beforeLoad: () => {
      throw redirect({ href: paths.queue(conditions.mine), replace: true });
    },
  });
  const queue = createRoute({
    getParentRoute: () => desk,
    path: '/queue',
    validateSearch: (search: Record<string, unknown>): { q?: string; at?: string } => ({
      q: text(search.q),
      at: text(search.at),
    }),
    component: lazyRouteComponent(() => import('@/features/incident/queue/QueuePage'), 'QueuePage'),
  });
  const page = <P extends string>(path: P, load: () => Promise<Record<string, unknown>>, name: string) =>
    createRoute({ getParentRoute: () => desk, path, component: lazyRouteComponent(load as () => Promise<Record<string, never>>, name) });

  return createRouter({
    routeTree: root.addChildren([
      signIn,
      reset,
      desk.addChildren([
        home,
        queue,
        page('/incidents/new', () => import('@/features/incident/create/NewIncidentPage'), 'NewIncidentPage'),
        page('/incidents/$number', () => import('@/features/incident/ticket/TicketPage'), 'TicketPage'),
        page('/people', () => import('@/features/people/PeoplePage'), 'PeoplePage'),
        page('/people/new', () => import('@/features/people/NewPersonPage'), 'NewPersonPage'),
        page('/people/$login', () => import('@/features/people/PersonPage'), 'PersonPage'),
        page('/teams', () => import('@/features/people/TeamsPage'), 'TeamsPage'),
        page('/teams/new', () => import('@/features/people/NewTeamPage'), 'NewTeamPage'),
        page('/teams/$id', () => import('@/features/people/TeamPage'), 'TeamPage'),
        page('/permissions', () => import('@/features/permission/PermissionPage'), 'PermissionPage'),
        page('/account', () => import('@/features/account/AccountPage'), 'AccountPage'),
        // What is no page is said inside the frame.
        createRoute({ getParentRoute: () => desk, path: '$', component: NotFound }),
      ]),
    ]),
    defaultPreload: 'intent',
    defaultNotFoundComponent: NotFound,
    defaultErrorComponent: RouteError,
    parseSearch: parseQuery,
    stringifySearch: stringifyQuery,
  });
}
