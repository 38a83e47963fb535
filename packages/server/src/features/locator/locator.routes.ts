import { locate } from '@tenkai/domain';
import { boundaryRoutes } from '@tenkai/protocol/api/boundaries.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { createBoundary, type Deps, removeBoundary, updateBoundary } from './boundaries.ts';
import { loadBoundaries } from './locator.store.ts';

export function addLocatorRoutes({ http, db }: Kernel, deps: Deps) {
  http.route(boundaryRoutes.list, async () => ({ items: await loadBoundaries(db.read) }));
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
