import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { capabilities, verdicts } from '@tenkai/domain/os-matrix/system-row.ts';
import { updateStates } from '@tenkai/domain/update/update-state.ts';
import { given, oneOf, textOf } from '../search.ts';
import { inside } from './roots.tsx';

const packages = createRoute({
  getParentRoute: () => inside,
  path: '/packages',
  validateSearch: (raw) =>
    given({ search: textOf(raw, 'search'), type: textOf(raw, 'type'), os: textOf(raw, 'os') }),
  component: lazyRouteComponent(() => import('../features/packages/PackagesPage.tsx'), 'PackagesPage'),
});

const newPackage = createRoute({
  getParentRoute: () => inside,
  path: '/packages/new',
  component: lazyRouteComponent(() => import('../features/packages/NewPackagePage.tsx'), 'NewPackagePage'),
});

const softwarePackage = createRoute({
  getParentRoute: () => inside,
  path: '/packages/$packageId',
  component: lazyRouteComponent(() => import('../features/packages/PackagePage.tsx'), 'PackagePage'),
});

const editPackage = createRoute({
  getParentRoute: () => inside,
  path: '/packages/$packageId/edit',
  component: lazyRouteComponent(() => import('../features/packages/EditPackagePage.tsx'), 'EditPackagePage'),
});

const updates = createRoute({
  getParentRoute: () => inside,
  path: '/updates',
  component: lazyRouteComponent(() => import('../features/updates/UpdatesPage.tsx'), 'UpdatesPage'),
});

const updatePackage = createRoute({
  getParentRoute: () => inside,
  path: '/updates/$packageId',
  validateSearch: (raw) => given({ state: oneOf(raw, 'state', updateStates) }),
  component: lazyRouteComponent(
    () => import('../features/updates/UpdatePackagePage.tsx'),
    'UpdatePackagePage',
  ),
});

const points = createRoute({
  getParentRoute: () => inside,
  path: '/distribution-points',
  component: lazyRouteComponent(() => import('../features/points/PointsPage.tsx'), 'PointsPage'),
});

const repositories = createRoute({
  getParentRoute: () => inside,
  path: '/repositories',
  component: lazyRouteComponent(
    () => import('../features/repositories/RepositoriesPage.tsx'),
    'RepositoriesPage',
  ),
});

const repository = createRoute({
  getParentRoute: () => inside,
  path: '/repositories/$repositoryId',
  component: lazyRouteComponent(
    () => import('../features/repositories/RepositoryPage.tsx'),
    'RepositoryPage',
  ),
});

const systems = createRoute({
  getParentRoute: () => inside,
  path: '/systems',
  validateSearch: (raw) =>
    given({
      search: textOf(raw, 'search'),
      capability: oneOf(raw, 'capability', capabilities),
      verdict: oneOf(raw, 'verdict', verdicts),
    }),
  component: lazyRouteComponent(() => import('../features/systems/SystemsPage.tsx'), 'SystemsPage'),
});

const system = createRoute({
  getParentRoute: () => inside,
  path: '/systems/$systemKey',
  component: lazyRouteComponent(() => import('../features/systems/SystemPage.tsx'), 'SystemPage'),
});

/** What can be installed, and where it lies. */
export const softwareRoutes = [
  packages,
  newPackage,
  softwarePackage,
  editPackage,
  updates,
  updatePackage,
  points,
  repositories,
  repository,
  systems,
  system,
] as const;
