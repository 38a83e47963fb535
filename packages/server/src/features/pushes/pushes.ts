import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '@tenkai/domain/failure.ts';
import { draftRefusal } from '@tenkai/domain/field-problem.ts';
import { checkHosts } from '@tenkai/domain/push/host-list.ts';
import { type HostState, hostStates, needsSecret, nextHostState } from '@tenkai/domain/push/host-state.ts';
import { type PushProperty, propertiesOfPush, propertyLine } from '@tenkai/domain/push/push-properties.ts';
import { isUserName } from '@tenkai/domain/push/target.ts';
import type { PushCredentials, PushRequest } from '@tenkai/protocol/api/pushes.ts';
import { holdKey } from '@tenkai/transfer/push/key-agent.ts';
import type { Actor } from '../../kernel/audit/audit.ts';
import { newId } from '../../kernel/ids.ts';
import { usesSecret } from './held-secrets.ts';
import { forgotten, moveHost } from './move.ts';
import type { Deps } from './needs.ts';
import { withdrawTicketsOf } from './push-tickets.ts';
import {
  deletePush,
  findPush,
  type HostRow,
  insertPush,
  isAnyIn,
  listHosts,
  type PushTableRow,
  updatePush,
} from './pushes.store.ts';
import { managedMachines } from './pushes.views.ts';
import type { Runner } from './runner.ts';

type ActDeps = Deps & { readonly runner: Runner };

/** @returns its id. @throws Failure draft-invalid, push-site-key-missing, push-key-unreadable */
export async function createPush(deps: ActDeps, actor: Actor, request: PushRequest): Promise<string> {
  const { db, clock, audit, secrets, events, runner } = deps;
  const { targets, properties } = checkDraft(deps, request);
  await checkCredentials(deps, request.credentials);
  const managed = request.includesManaged ? new Map() : await managedMachines(db.read, targets);
  const push = rowOf(request, properties, actor, clock.now());
  const hosts = targets.map(({ text }, position) =>
    hostRow(push, { position, host: text, machineId: managed.get(text)?.id ?? null }),
  );
  if (hosts.some(({ state }) => needsSecret(state))) secrets.hold(push.id, request.credentials);
  try {
    await db.transaction(async (tx) => {
      await insertPush(tx, push, hosts);
      const { user, hostKeys, credentials } = request;
      const names = hosts.map(({ host }) => host);
      const given = propertyLine(properties);
      const details = { hosts: names, user, signIn: credentials.kind, hostKeys, properties: given };
      await audit.record(tx, { actor, action: 'pushes.created', object: `push:${push.id}`, details });
      await events.publish(tx, 'pushes.changed', { pushId: push.id });
    });
  } catch (error) {
    secrets.drop(push.id);
    throw error;
  }
  runner.wake(push.id);
  return push.id;
}

/** Everything that is wrong with a request is told at once. @throws Failure draft-invalid */
function checkDraft({ sites }: Pick<Deps, 'sites'>, request: PushRequest) {
  const { targets, problems } = checkHosts(request.hosts);
  const user = { field: 'user', code: 'push-user-invalid', params: { user: request.user } };
  const given = propertiesOfPush({
    siteLine: sites.settings().pushProperties,
    words: request.properties ?? [],
    managementPoint: request.managementPoint,
  });
  const all = [...problems, ...(isUserName(request.user) ? [] : [user]), ...given.problems];
  if (all.length > 0) throw draftRefusal('push', all);
  return { targets, properties: given.properties };
}

const rowOf = (
  request: PushRequest,
  properties: readonly PushProperty[],
  actor: Actor,
  now: number,
): PushTableRow => ({
  id: newId(now),
  created_at: now,
  by_id: actor.userId,
  by_name: actor.name,
  user_name: request.user,
  sign_in: request.credentials.kind,
  uses_secret: usesSecret(request.credentials) ? 1 : 0,
  host_keys: request.hostKeys,
  known_hosts: request.knownHosts,
  management_point: properties.find(({ name }) => name === 'MP')?.value ?? '',
  properties: JSON.stringify(properties),
  parallel: request.parallel,
  retries: request.retries,
});

interface NamedHost {
  readonly position: number;
  readonly host: string;
  readonly machineId: string | null;
}

const hostRow = (push: PushTableRow, { position, host, machineId }: NamedHost): HostRow => ({
  push_id: push.id,
  position,
  host,
  state: machineId === null ? 'waiting' : 'done',
  outcome: machineId === null ? null : 'managed',
  attempt: 0,
  reason: null,
  detail: '',
  version: null,
  exit_code: null,
  log: '',
  offered: null,
  known: '[]',
  tickets: '[]',
  machine_id: machineId,
  updated_at: push.created_at,
});

const keyLimitMs = 20_000;

/** What can be found wrong before any machine is spoken with. */
async function checkCredentials({ siteKeys }: Deps, credentials: PushCredentials): Promise<void> {
  if (credentials.kind === 'site-key' && (await siteKeys.files()).length === 0)
    throw new Failure('push-site-key-missing');
  if (credentials.kind !== 'private-key') return;
  const { privateKey: text, passphrase } = credentials;
  const key = { text, ...(passphrase ? { passphrase } : {}) };
  const agent = await holdKey(key, AbortSignal.timeout(keyLimitMs)).catch((error: NodeJS.ErrnoException) => {
    const code = error.code === 'ENOENT' ? 'push-program-missing' : 'push-key-unreadable';
    throw new Failure(code, {}, { detail: error.message });
  });
  await agent.close();
}

interface Chosen {
  /** Undefined: all for which it can be done. */
  readonly positions: readonly number[] | undefined;
}

/** @throws Failure not-found, push-secret-needed, push-act-impossible and those of the credentials */
export async function retryPush(
  deps: ActDeps,
  actor: Actor,
  { id, positions, credentials }: Chosen & { id: string; credentials: PushCredentials | undefined },
): Promise<void> {
  const { db, audit, secrets, runner } = deps;
  const push = await requirePush(deps, id);
  if (credentials) await checkCredentials(deps, credentials);
  else if (push.uses_secret === 1 && !secrets.of(id)) throw new Failure('push-secret-needed');
  await db.transaction(async (tx) => {
    const hosts = chosen(await listHosts(tx, id), 'retry', positions);
    if (credentials)
      await updatePush(tx, id, { sign_in: credentials.kind, uses_secret: usesSecret(credentials) ? 1 : 0 });
    for (const host of hosts) await moveHost(deps, tx, host, 'retry', forgotten);
    const details = {
      hosts: hosts.map(({ host }) => host),
      ...(credentials ? { signIn: credentials.kind } : {}),
    };
    await audit.record(tx, { actor, action: 'pushes.retried', object: `push:${id}`, details });
    if (credentials) tx.afterCommit(() => secrets.hold(id, credentials));
  });
  runner.wake(id);
}

/** @throws Failure not-found, push-act-impossible */
export async function cancelPush(
  deps: ActDeps,
  actor: Actor,
  { id, positions }: Chosen & { id: string },
): Promise<void> {
  const { db, audit, runner } = deps;
  await requirePush(deps, id);
  const cancelled = await db.transaction(async (tx) => {
    const hosts = chosen(await listHosts(tx, id), 'cancel', positions);
    for (const host of hosts) await moveHost(deps, tx, host, 'cancel', { offered: null });
    const details = { hosts: hosts.map(({ host }) => host) };
    await audit.record(tx, { actor, action: 'pushes.cancelled', object: `push:${id}`, details });
    return hosts.map(({ position }) => position);
  });
  runner.cut(id, cancelled);
}

/** @throws Failure push-act-impossible where there is none */
function chosen(
  hosts: readonly HostRow[],
  event: 'retry' | 'cancel',
  positions: readonly number[] | undefined,
) {
  const named = positions ? hosts.filter(({ position }) => positions.includes(position)) : hosts;
  const able = named.filter(({ state }) => nextHostState(state, event) !== undefined);
  if (able.length === 0) throw new Failure('push-act-impossible');
  return able;
}

/** @throws Failure not-found, push-act-impossible where something is under way */
export async function removePush(deps: ActDeps, actor: Actor, id: string): Promise<void> {
  const { db, audit, events, dataDir } = deps;
  await db.transaction(async (tx) => {
    const push = await findPush(tx, id);
    if (!push) throw new Failure('not-found', { what: 'push', id });
    if (await isAnyIn(tx, id, hostStates.filter(isOpen))) throw new Failure('push-act-impossible');
    await withdrawTicketsOf(deps, tx, push);
    await deletePush(tx, id);
    await audit.record(tx, { actor, action: 'pushes.removed', object: `push:${id}` });
    await events.publish(tx, 'pushes.changed', { pushId: id });
  });
  await rm(join(dataDir, 'pushes', id), { recursive: true, force: true });
}

const isOpen = (state: HostState) => needsSecret(state) || state === 'enrolling';

/** @throws Failure not-found */
async function requirePush({ db }: Deps, id: string): Promise<PushTableRow> {
  const push = await findPush(db.read, id);
  if (!push) throw new Failure('not-found', { what: 'push', id });
  return push;
}
