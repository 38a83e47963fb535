import { locate } from '@tenkai/domain';
import { boundaryRoutes } from '@tenkai/protocol/api/boundaries.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Machines } from '../machines/index.ts';
import { createBoundary, type Deps, removeBoundary, updateBoundary } from './boundaries.ts';
import { loadBoundaries } from './locator.store.ts';
import { listBoundaries, machinesOf } from './locator.views.ts';

export function addLocatorRoutes({ http, db }: Kernel, deps: Deps, machines: Machines) {
  http.route(boundaryRoutes.list, async () => ({ items: await listBoundaries(db.read) }));
  http.route(boundaryRoutes.machines, ({ caller, params, query }) =>
    machinesOf({ read: db.read, machines }, caller, { ...params, ...query }),
  );
  http.route(boundaryRoutes.create, ({ caller, body }) => createBoundary(deps, caller, body));
  http.route(boundaryRoutes.update, ({ caller, params, body }) =>
    updateBoundary(deps, caller, params.id, body),
  );
  http.route(boundaryRoutes.remove, async ({ caller, params }) => {
    await removeBoundary(deps, caller, params.id);
    return { ok: true as const };
  });
  http.route(boundaryRoutes.locate, async ({ body }) => ({
    found: locate(body, await loadBoundaries(db.read), deps.siteCode),
  }));
}
