import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { certificateStates } from '@tenkai/domain/machine/certificate-health.ts';
import { inboundStates } from '@tenkai/domain/machine/inbound-state.ts';
import { given, oneOf, textOf } from '../search.ts';
import { inside } from './roots.tsx';

const machines = createRoute({
  getParentRoute: () => inside,
  path: '/machines',
  validateSearch: (raw) =>
    given({
      search: textOf(raw, 'search'),
      power: oneOf(raw, 'power', ['on', 'off', 'booting', 'restarting', 'unreachable', 'unknown']),
      activity: oneOf(raw, 'activity', ['idle', 'waiting', 'running', 'patching', 'error']),
      enrollment: oneOf(raw, 'enrollment', ['enrolled', 'pending', 'refused', 'quarantined']),
      certificates: oneOf(raw, 'certificates', certificateStates),
      inbound: oneOf(raw, 'inbound', inboundStates),
      collection: textOf(raw, 'collection'),
      sort: oneOf(raw, 'sort', ['name', '-name', 'lastSeenAt', '-lastSeenAt']),
    }),
  component: lazyRouteComponent(() => import('../features/machines/MachinesPage.tsx'), 'MachinesPage'),
});

const machine = createRoute({
  getParentRoute: () => inside,
  path: '/machines/$machineId',
  validateSearch: (raw) =>
    given({
      tab: oneOf(raw, 'tab', ['properties', 'software', 'updates', 'runs', 'timeline', 'collections']),
    }),
  component: lazyRouteComponent(() => import('../features/machines/MachinePage.tsx'), 'MachinePage'),
});

const pushes = createRoute({
  getParentRoute: () => inside,
  path: '/machines/pushes',
  component: lazyRouteComponent(() => import('../features/pushes/PushesPage.tsx'), 'PushesPage'),
});

const newPush = createRoute({
  getParentRoute: () => inside,
  path: '/machines/pushes/new',
  component: lazyRouteComponent(() => import('../features/pushes/NewPushPage.tsx'), 'NewPushPage'),
});

const push = createRoute({
  getParentRoute: () => inside,
  path: '/machines/pushes/$pushId',
  component: lazyRouteComponent(() => import('../features/pushes/PushPage.tsx'), 'PushPage'),
});

const collections = createRoute({
  getParentRoute: () => inside,
  path: '/collections',
  validateSearch: (raw) => given({ search: textOf(raw, 'search') }),
  component: lazyRouteComponent(
    () => import('../features/collections/CollectionsPage.tsx'),
    'CollectionsPage',
  ),
});

const newCollection = createRoute({
  getParentRoute: () => inside,
  path: '/collections/new',
  component: lazyRouteComponent(
    () => import('../features/collections/NewCollectionPage.tsx'),
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
  component: lazyRouteComponent(() => import('../features/collections/CollectionPage.tsx'), 'CollectionPage'),
});

const enrollment = createRoute({
  getParentRoute: () => inside,
  path: '/enrollment',
  component: lazyRouteComponent(() => import('../features/enrollment/EnrollmentPage.tsx'), 'EnrollmentPage'),
});

/** The machines, and what they are grouped by. */
export const fleetRoutes = [
  machines,
  pushes,
  newPush,
  push,
  machine,
  collections,
  newCollection,
  collection,
  enrollment,
] as const;
