import { allFailures, Failure } from '@tenkai/domain/failure.ts';
import { type HostCounts, needsSecret, pushStateOf } from '@tenkai/domain/push/host-state.ts';
import { pushCode } from '@tenkai/domain/push/push-reason.ts';
import { knownHostName, parseTarget, type Target } from '@tenkai/domain/push/target.ts';
import type {
  PushDetail,
  PushHost,
  PushProblem,
  PushProperty,
  PushRow,
} from '@tenkai/protocol/api/pushes.ts';
import type { OfferedKeys } from '@tenkai/transfer/push/host-keys.ts';
import type { Reader } from '../../kernel/database/database.ts';
import type { HeldSecrets } from './held-secrets.ts';
import { listHostKeys } from './host-keys.store.ts';
import { findPush, type HostRow, listShownHosts, type PushTableRow, type ShownHost } from './pushes.store.ts';

export interface ViewDeps {
  readonly read: Reader;
  readonly secrets: Pick<HeldSecrets, 'of'>;
}

const mostListed = 500;

/** The latest first. */
export async function pushRows(deps: ViewDeps): Promise<PushRow[]> {
  const { read } = deps;
  const pushes = await read.sql
    .selectFrom('pushes')
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(mostListed)
    .execute();
  const counted = await read.all<{ push_id: string; state: HostRow['state']; hosts: number }>(
    'SELECT push_id, state, count(*) AS hosts FROM pushes_hosts GROUP BY push_id, state',
  );
  const counts = Map.groupBy(counted, ({ push_id }) => push_id);
  return pushes.map((push) => {
    const own = (counts.get(push.id) ?? []).map(({ state, hosts }) => [state, Number(hosts)]);
    return rowOf(deps, push, Object.fromEntries(own));
  });
}

/** @throws Failure not-found */
export async function pushDetail(deps: ViewDeps, id: string): Promise<PushDetail> {
  const push = await findPush(deps.read, id);
  if (!push) throw new Failure('not-found', { what: 'push', id });
  const hosts = await listShownHosts(deps.read, id);
  const states = Map.groupBy(hosts, ({ state }) => state);
  const counts = Object.fromEntries([...states].map(([state, own]) => [state, own.length]));
  const keyIds = new Map((await listHostKeys(deps.read)).map((keys) => [keys.host, keys.id]));
  const properties = JSON.parse(push.properties) as PushProperty[];
  return { ...rowOf(deps, push, counts), properties, hosts: hosts.map((host) => hostOf(host, keyIds)) };
}

function rowOf({ secrets }: ViewDeps, push: PushTableRow, counts: HostCounts): PushRow {
  return {
    id: push.id,
    createdAt: push.created_at,
    by: push.by_name,
    user: push.user_name,
    signIn: push.sign_in,
    usesSecret: push.uses_secret === 1,
    hasSecret: secrets.of(push.id) !== undefined,
    hostKeys: push.host_keys,
    managementPoint: push.management_point,
    parallel: push.parallel,
    retries: push.retries,
    state: pushStateOf(counts),
    hostCount: Object.values(counts).reduce((sum, count) => sum + count, 0),
    counts: counts as Record<string, number>,
  };
}

function hostOf(row: ShownHost, keyIds: ReadonlyMap<string, string>): PushHost {
  const offered = row.offered === null ? [] : (JSON.parse(row.offered) as OfferedKeys).fingerprints;
  const known = JSON.parse(row.known) as string[];
  const target = parseTarget(row.host);
  const isKeyWrong = row.reason === 'host-key-wrong' && target !== undefined;
  const isDecided = !needsSecret(row.state) && !isKeyWrong && row.reason !== 'host-key-refused';
  return {
    position: row.position,
    host: row.host,
    state: row.state,
    outcome: row.outcome,
    attempt: row.attempt,
    problem: row.reason === null ? null : problemOf(pushCode(row.reason), row.detail),
    version: row.version,
    exitCode: row.exit_code,
    offered: isDecided ? [] : [...offered],
    known,
    hostKeysId: isKeyWrong ? (keyIds.get(knownHostName(target)) ?? null) : null,
    machineId: row.machine_id,
    hasLog: Number(row.has_log) === 1,
    updatedAt: row.updated_at,
  };
}

export function problemOf(code: string, detail: string, params: PushProblem['params'] = {}): PushProblem {
  const { message = code, remedy = '' } = allFailures()[code] ?? {};
  return { code, message, remedy, detail, params };
}

const inOneQuestion = 400;

/** Of the targets, by their text, those that the site manages: by exactly this name or address. */
export async function managedMachines(
  read: Reader,
  targets: readonly Target[],
): Promise<Map<string, { id: string; name: string }>> {
  const found = new Map<string, { id: string; name: string }>();
  for (let from = 0; from < targets.length; from += inOneQuestion) {
    const part = targets.slice(from, from + inOneQuestion);
    const keys = part.map(({ host }) => host.normalize('NFC').toLowerCase());
    const rows = await read.sql
      .selectFrom('machines')
      .select(['id', 'name', 'name_key', 'address'])
      .where('enrollment', '=', 'enrolled')
      .where((is) => is.or([is('name_key', 'in', keys), is('address', 'in', keys)]))
      .execute();
    for (const [index, { text }] of part.entries()) {
      const row = rows.find(({ name_key, address }) => name_key === keys[index] || address === keys[index]);
      if (row) found.set(text, { id: row.id, name: row.name });
    }
  }
  return found;
}
