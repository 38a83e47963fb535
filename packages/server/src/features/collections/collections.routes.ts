import { collectionRoutes } from '@tenkai/protocol/api/collections.ts';
import { windowRoutes } from '@tenkai/protocol/api/windows.ts';
import { loadWindows } from './collections.store.ts';
import { createCollection, removeCollection, updateCollectionRules } from './collections.ts';
import { getRow, listRows } from './collections.views.ts';
import { explain } from './explain.ts';
import type { Deps } from './needs.ts';
import { previewCollection } from './preview.ts';
import { replaceWindows } from './windows.ts';

/** Small sites see the members in the answer already; large ones see `evaluatedAt` null, and later the rest. */
const judgeWithinMs = 5000;

export function addCollectionRoutes(deps: Deps) {
  const { http, db, machines } = deps;
  http.route(collectionRoutes.list, async ({ caller }) => ({ items: await listRows(deps, caller) }));
  http.route(collectionRoutes.get, ({ caller, params }) => getRow(deps, caller, params.id));
  http.route(collectionRoutes.create, async ({ caller, body }) => {
    const id = await createCollection(deps, caller, body);
    await judged(deps);
    return getRow(deps, caller, id);
  });
  http.route(collectionRoutes.update, async ({ caller, params, body }) => {
    await updateCollectionRules(deps, caller, params.id, body);
    await judged(deps);
    return getRow(deps, caller, params.id);
  });
  http.route(collectionRoutes.remove, async ({ caller, params }) => {
    await removeCollection(deps, caller, params.id);
    return { ok: true as const };
  });
  http.route(collectionRoutes.members, async ({ caller, params, query }) => {
    await getRow(deps, caller, params.id);
    return machines.list(caller, { ...query, collectionId: params.id });
  });
  http.route(collectionRoutes.preview, ({ caller, body }) => previewCollection(deps, caller, body));
  http.route(collectionRoutes.explain, async ({ caller, params }) => {
    await getRow(deps, caller, params.id);
    await machines.requireVisible(caller, [params.machineId]);
    return explain(deps, params.id, params.machineId);
  });
  http.route(windowRoutes.list, async ({ caller, params }) => {
    await getRow(deps, caller, params.id);
    return { items: await loadWindows(db.read, params.id) };
  });
  http.route(windowRoutes.replace, async ({ caller, params, body }) => {
    await getRow(deps, caller, params.id);
    await replaceWindows(deps, caller, params.id, body.windows);
    return { ok: true as const };
  });
}

async function judged({ evaluator, log }: Deps) {
  const done = evaluator
    .run()
    .catch((error: unknown) => log.warn({ err: error }, 'collections are judged later'));
  const patience = Promise.withResolvers<void>();
  const timer = setTimeout(patience.resolve, judgeWithinMs);
  await Promise.race([done, patience.promise]);
  clearTimeout(timer);
}
