import { repositoryRoutes } from '@tenkai/protocol/api/repositories.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { approve, type DecideDeps, reject } from './decide.ts';
import { addRepository, changeRepository, removeRepository, requestPull } from './repositories.ts';
import { decided, repositoryDetail, repositoryRow, repositoryRows } from './repositories.views.ts';

type Deps = Pick<Kernel, 'http'> & DecideDeps & { readonly isPulling: (id: string) => boolean };

export function addRepositoryRoutes(deps: Deps) {
  const { http, db, isPulling } = deps;
  const views = { read: db.read, isPulling };
  http.route(repositoryRoutes.list, async () => ({ items: await repositoryRows(views) }));
  http.route(repositoryRoutes.get, async ({ params }) => repositoryDetail(views, params.id));
  http.route(repositoryRoutes.create, async ({ caller, body }) =>
    repositoryRow(views, await addRepository(deps, caller, body)),
  );
  http.route(repositoryRoutes.update, async ({ caller, params, body }) => {
    const { revision, ...settings } = body;
    await changeRepository(deps, caller, { id: params.id, revision, settings });
    return repositoryRow(views, params.id);
  });
  http.route(repositoryRoutes.remove, async ({ caller, params }) => {
    await removeRepository(deps, caller, params.id);
    return { ok: true } as const;
  });
  http.route(repositoryRoutes.pull, async ({ params }) => {
    await requestPull(deps, params.id);
    return repositoryRow(views, params.id);
  });
  http.route(repositoryRoutes.approve, async ({ caller, params, body }) => {
    await approve(deps, caller, { ...params, ...body });
    return decided(db.read, params.id, params.packageId);
  });
  http.route(repositoryRoutes.reject, async ({ caller, params, body }) => {
    await reject(deps, caller, { ...params, ...body });
    return decided(db.read, params.id, params.packageId);
  });
}
