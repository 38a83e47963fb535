import type { Permission } from './route.ts';

export const roles = ['administrator', 'operator', 'viewer'] as const;

/** What a user is allowed as a whole; a collection scope narrows on which machines. */
export type Role = (typeof roles)[number];

/** Permissions that a role can hold: the other two ask for no role. */
export type RolePermission = Exclude<Permission, 'public' | 'self'>;

const everything: readonly RolePermission[] = [
  'view',
  'operate',
  'manage-packages',
  'manage-collections',
  'manage-scenarios',
  'manage-machines',
  'push-agents',
  'manage-users',
  'manage-site',
  'view-audit',
];

/** The one table of who may do what; the console hides what it does not grant, the server refuses it. */
export const permissionsOf: Readonly<Record<Role, readonly RolePermission[]>> = {
  administrator: everything,
  operator: ['view', 'operate', 'manage-packages', 'manage-collections', 'manage-scenarios'],
  viewer: ['view'],
};

/** Whether a signed-in user of this role passes a route of this permission. */
export function permits(role: Role, permission: Permission): boolean {
  if (permission === 'public' || permission === 'self') return true;
  return permissionsOf[role].includes(permission);
}
