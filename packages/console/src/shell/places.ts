import {
  type Icon,
  IconActivity,
  IconBox,
  IconBroadcast,
  IconBuildingWarehouse,
  IconClipboardList,
  IconDeviceDesktop,
  IconFingerprint,
  IconGauge,
  IconListCheck,
  IconListTree,
  IconMapPin,
  IconRefreshDot,
  IconRocket,
  IconServer2,
  IconSettings,
  IconTopologyStar3,
  IconUsers,
} from '@tabler/icons-react';
import type { RolePermission } from '@tenkai/protocol/api/permissions.ts';

/** The places of the console in the order of its one column of navigation. */
export const places = [
  { key: 'overview', to: '/', icon: IconGauge, group: 'main', letter: 'o', permission: 'view' },
  {
    key: 'machines',
    to: '/machines',
    icon: IconDeviceDesktop,
    group: 'main',
    letter: 'm',
    permission: 'view',
  },
  {
    key: 'collections',
    to: '/collections',
    icon: IconTopologyStar3,
    group: 'main',
    letter: 'c',
    permission: 'view',
  },
  { key: 'packages', to: '/packages', icon: IconBox, group: 'main', letter: 'p', permission: 'view' },
  { key: 'scenarios', to: '/scenarios', icon: IconListTree, group: 'main', letter: 's', permission: 'view' },
  {
    key: 'deployments',
    to: '/deployments',
    icon: IconRocket,
    group: 'main',
    letter: 'd',
    permission: 'view',
  },
  { key: 'updates', to: '/updates', icon: IconRefreshDot, group: 'main', letter: 'x', permission: 'view' },
  {
    key: 'multicast',
    to: '/multicast',
    icon: IconBroadcast,
    group: 'monitoring',
    letter: 'l',
    permission: 'view',
  },
  { key: 'status', to: '/status', icon: IconActivity, group: 'monitoring', letter: 't', permission: 'view' },
  {
    key: 'audit',
    to: '/audit',
    icon: IconFingerprint,
    group: 'monitoring',
    letter: 'a',
    permission: 'view-audit',
  },
  {
    key: 'users',
    to: '/users',
    icon: IconUsers,
    group: 'administration',
    letter: 'u',
    permission: 'manage-users',
  },
  {
    key: 'enrollment',
    to: '/enrollment',
    icon: IconClipboardList,
    group: 'administration',
    letter: 'e',
    permission: 'manage-machines',
  },
  {
    key: 'points',
    to: '/distribution-points',
    icon: IconServer2,
    group: 'administration',
    letter: 'i',
    permission: 'view',
  },
  {
    key: 'boundaries',
    to: '/boundaries',
    icon: IconMapPin,
    group: 'administration',
    letter: 'b',
    permission: 'view',
  },
  {
    key: 'repositories',
    to: '/repositories',
    icon: IconBuildingWarehouse,
    group: 'administration',
    letter: 'r',
    permission: 'view',
  },
  {
    key: 'systems',
    to: '/systems',
    icon: IconListCheck,
    group: 'administration',
    letter: 'y',
    permission: 'view',
  },
  {
    key: 'settings',
    to: '/settings',
    icon: IconSettings,
    group: 'administration',
    letter: 'n',
    permission: 'view',
  },
] as const satisfies readonly Place[];

interface Place {
  readonly key: string;
  readonly to: string;
  readonly icon: Icon;
  readonly group: 'main' | 'monitoring' | 'administration';
  /** After `g`, goes there. */
  readonly letter: string;
  readonly permission: RolePermission;
}

export const placeGroups = ['main', 'monitoring', 'administration'] as const;
