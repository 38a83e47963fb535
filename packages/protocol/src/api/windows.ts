import { MaintenanceWindow } from '@tenkai/domain';
import * as Type from 'typebox';
import { Done, IdParams } from './paging.ts';
import { defineRoute } from './route.ts';

/** Maintenance windows belong to a collection. */
export const WindowRow = Type.Object({ collectionId: Type.String(), window: MaintenanceWindow });

export const windowRoutes = {
  list: defineRoute({
    method: 'GET',
    path: '/api/v1/collections/:id/windows',
    permission: 'view',
    summary: 'Maintenance windows of a collection.',
    params: IdParams,
    reply: Type.Object({ items: Type.Array(MaintenanceWindow) }),
  }),
  replace: defineRoute({
    method: 'PUT',
    path: '/api/v1/collections/:id/windows',
    permission: 'manage-collections',
    summary:
      'Replaces the maintenance windows of a collection; none: its members may be changed at any time.',
    params: IdParams,
    body: Type.Object({ windows: Type.Array(MaintenanceWindow, { maxItems: 50 }) }),
    reply: Done,
  }),
};
