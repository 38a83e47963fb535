import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
} from '@tanstack/react-router';
import { updateStates } from '@tenkai/domain/update/update-state.ts';
import { given, oneOf, textOf } from './search.ts';
import { NotFoundPage } from './shell/NotFoundPage.tsx';
import { RouteError } from './shell/RouteError.tsx';
import { SessionGate } from './shell/SessionGate.tsx';

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFoundPage });

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (raw) => given({ next: textOf(raw, 'next') }),
  component: lazyRouteComponent(() => import('./features/session/SignInPage.tsx'), 'SignInPage'),
});

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  component: lazyRouteComponent(() => import('./features/session/SetupPage.tsx'), 'SetupPage'),
});

/** Everything that needs a signed-in user. */
const inside = createRoute({ getParentRoute: () => root, id: 'inside', component: SessionGate });

const overview = createRoute({
  getParentRoute: () => inside,
  path: '/',
  component: lazyRouteComponent(() => import('./features/overview/OverviewPage.tsx'), 'OverviewPage'),
});

const machines = createRoute({
  getParentRoute: () => inside,
  path: '/machines',
  validateSearch: (raw) =>
    given({
      search: textOf(raw, 'search'),
      power: oneOf(raw, 'power', ['on', 'off', 'booting', 'restarting', 'unreachable', 'unknown']),
      activity: oneOf(raw, 'activity', ['idle', 'waiting', 'running', 'error']),
      enrollment: oneOf(raw, 'enrollment', ['enrolled', 'pending', 'refused', 'quarantined']),
      collection: textOf(raw, 'collection'),
      sort: oneOf(raw, 'sort', ['name', '-name', 'lastSeenAt', '-lastSeenAt']),
    }),
  component: lazyRouteComponent(() => import('./features/machines/MachinesPage.tsx'), 'MachinesPage'),
});

const machine = createRoute({
  getParentRoute: () => inside,
  path: '/machines/$machineId',
  validateSearch: (raw) =>
    given({ tab: oneOf(raw, 'tab', ['properties', 'software', 'runs', 'timeline', 'collections']) }),
  component: lazyRouteComponent(() => import('./features/machines/MachinePage.tsx'), 'MachinePage'),
});

const collections = createRoute({
  getParentRoute: () => inside,
  path: '/collections',
  validateSearch: (raw) => given({ search: textOf(raw, 'search') }),
  component: lazyRouteComponent(
    () => import('./features/collections/CollectionsPage.tsx'),
    'CollectionsPage',
  ),
});

const newCollection = createRoute({
  getParentRoute: () => inside,
  path: '/collections/new',
  component: lazyRouteComponent(
    () => import('./features/collections/NewCollectionPage.tsx'),
    'NewCollectionPage',
  ),
});

const collection = createRoute({
  getParentRoute: () => inside,
  path: '/collections/$collectionId',
  validateSearch: (raw) =>
    given({
      tab: oneOf(raw, 'tab', ['members', 'rules', 'windows', 'explain']),
      machine: textOf(raw, 'machine'),
    }),
  component: lazyRouteComponent(() => import('./features/collections/CollectionPage.tsx'), 'CollectionPage'),
});

const packages = createRoute({
  getParentRoute: () => inside,
  path: '/packages',
  validateSearch: (raw) => given({ search: textOf(raw, 'search'), type: textOf(raw, 'type') }),
  component: lazyRouteComponent(() => import('./features/packages/PackagesPage.tsx'), 'PackagesPage'),
});

const newPackage = createRoute({
  getParentRoute: () => inside,
  path: '/packages/new',
  component: lazyRouteComponent(() => import('./features/packages/NewPackagePage.tsx'), 'NewPackagePage'),
});

const softwarePackage = createRoute({
  getParentRoute: () => inside,
  path: '/packages/$packageId',
  component: lazyRouteComponent(() => import('./features/packages/PackagePage.tsx'), 'PackagePage'),
});

const editPackage = createRoute({
  getParentRoute: () => inside,
  path: '/packages/$packageId/edit',
  component: lazyRouteComponent(() => import('./features/packages/EditPackagePage.tsx'), 'EditPackagePage'),
});

const scenarios = createRoute({
  getParentRoute: () => inside,
  path: '/scenarios',
  validateSearch: (raw) => given({ search: textOf(raw, 'search') }),
  component: lazyRouteComponent(() => import('./features/scenarios/ScenariosPage.tsx'), 'ScenariosPage'),
});

const newScenario = createRoute({
  getParentRoute: () => inside,
  path: '/scenarios/new',
  validateSearch: (raw) => given({ package: textOf(raw, 'package') }),
  component: lazyRouteComponent(() => import('./features/scenarios/NewScenarioPage.tsx'), 'NewScenarioPage'),
});

const scenario = createRoute({
  getParentRoute: () => inside,
  path: '/scenarios/$scenarioId',
  component: lazyRouteComponent(() => import('./features/scenarios/ScenarioPage.tsx'), 'ScenarioPage'),
});

const deployments = createRoute({
  getParentRoute: () => inside,
  path: '/deployments',
  validateSearch: (raw) =>
    given({ status: oneOf(raw, 'status', ['scheduled', 'active', 'completed', 'cancelled']) }),
  component: lazyRouteComponent(
    () => import('./features/deployments/DeploymentsPage.tsx'),
    'DeploymentsPage',
  ),
});

const newDeployment = createRoute({
  getParentRoute: () => inside,
  path: '/deployments/new',
  validateSearch: (raw) =>
    given({
      scenario: textOf(raw, 'scenario'),
      package: textOf(raw, 'package'),
      collection: textOf(raw, 'collection'),
    }),
  component: lazyRouteComponent(
    () => import('./features/deployments/NewDeploymentPage.tsx'),
    'NewDeploymentPage',
  ),
});

const deployment = createRoute({
  getParentRoute: () => inside,
  path: '/deployments/$deploymentId',
  validateSearch: (raw) =>
    given({
      status: oneOf(raw, 'status', [
        'planned',
        'waiting',
        'delivering',
        'executing',
        'restarting',
        'verifying',
        'succeeded',
        'failed',
        'not-applicable',
        'cancelled',
      ]),
      search: textOf(raw, 'search'),
      tab: oneOf(raw, 'tab', ['runs', 'settings', 'timeline']),
    }),
  component: lazyRouteComponent(() => import('./features/deployments/DeploymentPage.tsx'), 'DeploymentPage'),
});

const run = createRoute({
  getParentRoute: () => inside,
  path: '/runs/$runId',
  component: lazyRouteComponent(() => import('./features/deployments/RunPage.tsx'), 'RunPage'),
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
  component: lazyRouteComponent(() => import('./features/status/StatusPage.tsx'), 'StatusPage'),
});

const audit = createRoute({
  getParentRoute: () => inside,
  path: '/audit',
  validateSearch: (raw) => given({ action: textOf(raw, 'action'), object: textOf(raw, 'object') }),
  component: lazyRouteComponent(() => import('./features/audit/AuditPage.tsx'), 'AuditPage'),
});

const users = createRoute({
  getParentRoute: () => inside,
  path: '/users',
  validateSearch: (raw) => given({ search: textOf(raw, 'search') }),
  component: lazyRouteComponent(() => import('./features/users/UsersPage.tsx'), 'UsersPage'),
});

const account = createRoute({
  getParentRoute: () => inside,
  path: '/account',
  component: lazyRouteComponent(() => import('./features/session/AccountPage.tsx'), 'AccountPage'),
});

const enrollment = createRoute({
  getParentRoute: () => inside,
  path: '/enrollment',
  component: lazyRouteComponent(() => import('./features/enrollment/EnrollmentPage.tsx'), 'EnrollmentPage'),
});

const updates = createRoute({
  getParentRoute: () => inside,
  path: '/updates',
  component: lazyRouteComponent(() => import('./features/updates/UpdatesPage.tsx'), 'UpdatesPage'),
});

const updatePackage = createRoute({
  getParentRoute: () => inside,
  path: '/updates/$packageId',
  validateSearch: (raw) => given({ state: oneOf(raw, 'state', updateStates) }),
  component: lazyRouteComponent(
    () => import('./features/updates/UpdatePackagePage.tsx'),
    'UpdatePackagePage',
  ),
});

const points = createRoute({
  getParentRoute: () => inside,
  path: '/distribution-points',
  component: lazyRouteComponent(() => import('./features/points/PointsPage.tsx'), 'PointsPage'),
});

const repositories = createRoute({
  getParentRoute: () => inside,
  path: '/repositories',
  component: lazyRouteComponent(
    () => import('./features/repositories/RepositoriesPage.tsx'),
    'RepositoriesPage',
  ),
});

const repository = createRoute({
  getParentRoute: () => inside,
  path: '/repositories/$repositoryId',
  component: lazyRouteComponent(() => import('./features/repositories/RepositoryPage.tsx'), 'RepositoryPage'),
});

const settings = createRoute({
  getParentRoute: () => inside,
  path: '/settings',
  component: lazyRouteComponent(() => import('./features/settings/SettingsPage.tsx'), 'SettingsPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    setup,
    inside.addChildren([
      overview,
      machines,
      machine,
      collections,
      newCollection,
      collection,
      packages,
      newPackage,
      softwarePackage,
      editPackage,
      scenarios,
      newScenario,
      scenario,
      deployments,
      newDeployment,
      deployment,
      run,
      status,
      audit,
      users,
      account,
      enrollment,
      updates,
      updatePackage,
      points,
      repositories,
      repository,
      settings,
    ]),
  ]),
  defaultPreload: 'intent',
  defaultErrorComponent: RouteError,
  scrollRestoration: true,
  scrollToTopSelectors: ['#main'],
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
