import { createRootRoute, createRoute, lazyRouteComponent, Outlet } from '@tanstack/react-router';
import { given, textOf } from '../search.ts';
import { NotFoundPage } from '../shell/NotFoundPage.tsx';
import { SessionGate } from '../shell/SessionGate.tsx';

export const root = createRootRoute({ component: Outlet, notFoundComponent: NotFoundPage });

export const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (raw) => given({ next: textOf(raw, 'next') }),
  component: lazyRouteComponent(() => import('../features/session/SignInPage.tsx'), 'SignInPage'),
});

export const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  component: lazyRouteComponent(() => import('../features/session/SetupPage.tsx'), 'SetupPage'),
});

/** Everything that needs a signed-in user. */
export const inside = createRoute({ getParentRoute: () => root, id: 'inside', component: SessionGate });
