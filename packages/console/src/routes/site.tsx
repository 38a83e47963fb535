import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { given, oneOf, textOf } from '../search.ts';
import { inside } from './roots.tsx';

const overview = createRoute({
  getParentRoute: () => inside,
  path: '/',
  component: lazyRouteComponent(() => import('../features/overview/OverviewPage.tsx'), 'OverviewPage'),
});

const status = createRoute({
  getParentRoute: () => inside,
  path: '/status',
  validateSearch: (raw) =>
    given({
      severity: oneOf(raw, 'severity', ['info', 'warning', 'error']),
      component: textOf(raw, 'component'),
      machine: textOf(raw, 'machine'),
      object: textOf(raw, 'object'),
    }),
  component: lazyRouteComponent(() => import('../features/status/StatusPage.tsx'), 'StatusPage'),
});

const audit = createRoute({
  getParentRoute: () => inside,
  path: '/audit',
  validateSearch: (raw) => given({ action: textOf(raw, 'action'), object: textOf(raw, 'object') }),
  component: lazyRouteComponent(() => import('../features/audit/AuditPage.tsx'), 'AuditPage'),
});

const users = createRoute({
  getParentRoute: () => inside,
  path: '/users',
  validateSearch: (raw) => given({ search: textOf(raw, 'search') }),
  component: lazyRouteComponent(() => import('../features/users/UsersPage.tsx'), 'UsersPage'),
});

const account = createRoute({
  getParentRoute: () => inside,
  path: '/account',
  component: lazyRouteComponent(() => import('../features/session/AccountPage.tsx'), 'AccountPage'),
});

const boundaries = createRoute({
  getParentRoute: () => inside,
  path: '/boundaries',
  component: lazyRouteComponent(() => import('../features/boundaries/BoundariesPage.tsx'), 'BoundariesPage'),
});

const settings = createRoute({
  getParentRoute: () => inside,
  path: '/settings',
  component: lazyRouteComponent(() => import('../features/settings/SettingsPage.tsx'), 'SettingsPage'),
});

/** The site itself and who uses it. */
export const siteRoutes = [overview, status, audit, users, account, boundaries, settings] as const;
