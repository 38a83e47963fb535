import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { given, oneOf, textOf } from '../search.ts';
import { inside } from './roots.tsx';

const scenarios = createRoute({
  getParentRoute: () => inside,
  path: '/scenarios',
  validateSearch: (raw) => given({ search: textOf(raw, 'search') }),
  component: lazyRouteComponent(() => import('../features/scenarios/ScenariosPage.tsx'), 'ScenariosPage'),
});

const newScenario = createRoute({
  getParentRoute: () => inside,
  path: '/scenarios/new',
  validateSearch: (raw) => given({ package: textOf(raw, 'package') }),
  component: lazyRouteComponent(() => import('../features/scenarios/NewScenarioPage.tsx'), 'NewScenarioPage'),
});

const scenario = createRoute({
  getParentRoute: () => inside,
  path: '/scenarios/$scenarioId',
  component: lazyRouteComponent(() => import('../features/scenarios/ScenarioPage.tsx'), 'ScenarioPage'),
});

const deployments = createRoute({
  getParentRoute: () => inside,
  path: '/deployments',
  validateSearch: (raw) =>
    given({ status: oneOf(raw, 'status', ['scheduled', 'active', 'completed', 'cancelled']) }),
  component: lazyRouteComponent(
    () => import('../features/deployments/DeploymentsPage.tsx'),
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
    () => import('../features/deployments/NewDeploymentPage.tsx'),
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
  component: lazyRouteComponent(() => import('../features/deployments/DeploymentPage.tsx'), 'DeploymentPage'),
});

const run = createRoute({
  getParentRoute: () => inside,
  path: '/runs/$runId',
  component: lazyRouteComponent(() => import('../features/deployments/RunPage.tsx'), 'RunPage'),
});

const multicast = createRoute({
  getParentRoute: () => inside,
  path: '/multicast',
  component: lazyRouteComponent(() => import('../features/multicast/MulticastPage.tsx'), 'MulticastPage'),
});

const multicastSession = createRoute({
  getParentRoute: () => inside,
  path: '/multicast/$sessionId',
  component: lazyRouteComponent(
    () => import('../features/multicast/MulticastSessionPage.tsx'),
    'MulticastSessionPage',
  ),
});

/** What is to be done on machines, and how far it is. */
export const deliveryRoutes = [
  scenarios,
  newScenario,
  scenario,
  deployments,
  newDeployment,
  deployment,
  run,
  multicast,
  multicastSession,
] as const;
