import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
import type { QueryClient } from '@tanstack/react-query';
import { NotFound, RouteError } from '@/app/RouteError';
import { parseQuery, stringifyQuery } from '@/app/query';
import { paths } from '@/app/paths';
import { meQuery } from '@/app/session';
import { HomePage } from './HomePage';
import { PortalShell } from './PortalShell';

export function makePortalRouter(client: QueryClient) {
  const root = createRootRoute({ notFoundComponent: NotFound, errorComponent: RouteError });
  const signIn = createRoute({ getParentRoute: () => root, path: '/portal/sign-in', component: lazyRouteComponent(() => import('@/features/session/SignInPage'), 'SignInPage') });
  const inside = createRoute({
    getParentRoute: () => root,
    id: 'inside',
    beforeLoad: async ({ location }) => {
      const me = await client.ensureQueryData(meQuery);
      if (!me) throw redirect({ href: `${paths.portalSignIn()}?back=${encodeURIComponent(location.href)}` });
    },
    component: PortalShell,
  });
  const home = createRoute({ getParentRoute: () => inside, path: '/portal', component: HomePage });
  const report = createRoute({
    getParentRoute: () => inside,
    path: '/portal/report',
    component: lazyRouteComponent(() => import('./ReportPage'), 'ReportPage'),
  });
  const item = createRoute({
    getParentRoute: () => inside,
    path: '/portal/items/$number',
    component: lazyRouteComponent(() => import('./ItemPage'), 'ItemPage'),
  });
  const account = createRoute({
    getParentRoute: () => inside,
    path: '/portal/account',
    component: lazyRouteComponent(() => import('./PortalAccountPage'), 'PortalAccountPage'),
  });
  const missing = createRoute({ getParentRoute: () => inside, path: '/portal/$rest', component: NotFound });
  return createRouter({
    routeTree: root.addChildren([signIn, inside.addChildren([home, report, item, account, missing])]),
    defaultPreload: 'intent',
    defaultNotFoundComponent: NotFound,
    defaultErrorComponent: RouteError,
    parseSearch: parseQuery,
    stringifySearch: stringifyQuery,
  });
}
