import { Failure } from '@tenkai/domain/failure.ts';
import { checkHosts } from '@tenkai/domain/push/host-list.ts';
import { knownHostName, parseTarget } from '@tenkai/domain/push/target.ts';
import { pushKeyRoutes } from '@tenkai/protocol/api/push-keys.ts';
import { type CheckedHost, pushRoutes } from '@tenkai/protocol/api/pushes.ts';
import { agentPackages } from './agent-packages.ts';
import { listHostKeys } from './host-keys.store.ts';
import { decideHostKeys, forgetHostKeys, toHostKeys } from './host-keys.ts';
import type { Deps } from './needs.ts';
import { findHost } from './pushes.store.ts';
import { cancelPush, createPush, removePush, retryPush } from './pushes.ts';
import { managedMachines, problemOf, pushDetail, pushRows } from './pushes.views.ts';
import type { Runner } from './runner.ts';
import { forUnlimited } from './unlimited.ts';

type RouteDeps = Deps & { readonly runner: Runner };

export function addPushRoutes(deps: RouteDeps) {
  const { db, secrets } = deps;
  const http = forUnlimited(deps.http);
  const views = { read: db.read, secrets };
  http.route(pushRoutes.list, async () => ({ items: await pushRows(views) }));
  http.route(pushRoutes.get, ({ params }) => pushDetail(views, params.id));
  http.route(pushRoutes.check, async ({ body }) => ({
    items: await checked(deps, body.hosts),
    packages: (await agentPackages(deps.agentsDir)).map(({ path: _, ...shown }) => shown),
  }));
  http.route(pushRoutes.create, async ({ caller, body }) =>
    pushDetail(views, await createPush(deps, caller, body)),
  );
  http.route(pushRoutes.decideHostKeys, async ({ caller, params, body }) => {
    await decideHostKeys(deps, caller, { id: params.id, ...body });
    return pushDetail(views, params.id);
  });
  http.route(pushRoutes.retry, async ({ caller, params: { id }, body: { positions, credentials } }) => {
    await retryPush(deps, caller, { id, positions, credentials });
    return pushDetail(views, id);
  });
  http.route(pushRoutes.cancel, async ({ caller, params: { id }, body: { positions } }) => {
    await cancelPush(deps, caller, { id, positions });
    return pushDetail(views, id);
  });
  http.route(pushRoutes.log, async ({ params: { id, position } }) => {
    const host = await findHost(db.read, id, Number(position));
    if (!host) throw new Failure('not-found', { what: 'push', id });
    return { log: host.log };
  });
  http.route(pushRoutes.remove, async ({ caller, params }) => {
    await removePush(deps, caller, params.id);
    return { ok: true } as const;
  });
}

async function checked({ db }: RouteDeps, hosts: readonly string[]): Promise<CheckedHost[]> {
  const { targets, problems } = checkHosts(hosts);
  const managed = await managedMachines(db.read, targets);
  const known = new Set((await listHostKeys(db.read)).map(({ host }) => host));
  return hosts.map((host, index) => {
    const problem = problems.find(({ field }) => field === `hosts[${index}]`);
    const target = parseTarget(host);
    return {
      host,
      problem: problem ? problemOf(problem.code, '', problem.params) : null,
      machine: managed.get(host) ?? null,
      isKeyKnown: target !== undefined && known.has(knownHostName(target)),
    };
  });
}

export function addPushKeyRoutes(deps: RouteDeps) {
  const { db, siteKeys, audit, events, siteCode } = deps;
  const http = forUnlimited(deps.http);
  http.route(pushKeyRoutes.list, async () => ({ items: await siteKeys.list() }));
  http.route(pushKeyRoutes.create, async ({ caller: actor }) => {
    const key = await siteKeys.create(`tenkai-push@${siteCode}`);
    await db.transaction(async (tx) => {
      const details = { fingerprint: key.fingerprint };
      await audit.record(tx, { actor, action: 'push-keys.created', object: `push-key:${key.id}`, details });
      await events.publish(tx, 'pushes.keys-changed', {});
    });
    return key;
  });
  http.route(pushKeyRoutes.remove, async ({ caller: actor, params: { id } }) => {
    const { fingerprint } = await siteKeys.remove(id);
    await db.transaction(async (tx) => {
      const details = { fingerprint };
      await audit.record(tx, { actor, action: 'push-keys.removed', object: `push-key:${id}`, details });
      await events.publish(tx, 'pushes.keys-changed', {});
    });
    return { ok: true } as const;
  });
  http.route(pushKeyRoutes.listHosts, async () => ({ items: (await listHostKeys(db.read)).map(toHostKeys) }));
  http.route(pushKeyRoutes.removeHost, async ({ caller, params }) => {
    await forgetHostKeys(deps, caller, params.id);
    return { ok: true } as const;
  });
}
