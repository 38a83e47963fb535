import { type HostEvent, hostStates, needsSecret, nextHostState } from '@tenkai/domain/push/host-state.ts';
import type { PushReason } from '@tenkai/domain/push/push-reason.ts';
import type { Tx } from '../../kernel/database/database.ts';
import type { Deps } from './needs.ts';
import { settleTickets } from './push-tickets.ts';
import {
  findFirstWaiting,
  findHost,
  type HostChange,
  type HostRow,
  isAnyIn,
  updateHost,
} from './pushes.store.ts';

/** One taking up of one machine. */
export type Claim = Pick<HostRow, 'push_id' | 'position' | 'attempt'>;

/** Somebody else has decided about the machine meanwhile, such as by cancelling it: leave. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

type MoveDeps = Pick<Deps, 'db' | 'clock' | 'enrollment' | 'events' | 'secrets' | 'status'>;

/** Moves a machine on and writes what is known by then. @throws Overtaken */
export async function move(deps: MoveDeps, claim: Claim, event: HostEvent, change: HostChange = {}) {
  return deps.db.transaction(async (tx) => {
    const host = await findHost(tx, claim.push_id, claim.position);
    if (!host || host.attempt !== claim.attempt) throw new Overtaken();
    if (!(await moveHost(deps, tx, host, event, change))) throw new Overtaken();
  });
}

/** The same within a transaction; false: it cannot happen in the machine's state. */
export async function moveHost(
  deps: MoveDeps,
  tx: Tx,
  host: HostRow,
  event: HostEvent,
  change: HostChange = {},
): Promise<boolean> {
  const { clock, events, secrets, status } = deps;
  const state = nextHostState(host.state, event);
  if (state === undefined) return false;
  await updateHost(tx, host, { ...change, state, updated_at: clock.now() });
  await settleTickets(deps, tx, host, state);
  await events.publish(tx, 'pushes.changed', { pushId: host.push_id });
  if (state === 'failed' || (state === 'done' && change.outcome !== 'managed'))
    await status.append(tx, messageOf({ ...host, ...change, state }));
  if (needsSecret(state)) return true;
  const isNeeded = await isAnyIn(tx, host.push_id, hostStates.filter(needsSecret));
  if (!isNeeded) tx.afterCommit(() => secrets.drop(host.push_id));
  return true;
}

function messageOf({ host, state, reason, machine_id, version, push_id }: HostRow) {
  const objects = [{ kind: 'push', id: push_id }];
  const common = { component: 'pushes', objects } as const;
  if (state === 'failed') {
    const params = { host, reason: `push-${reason}` };
    return { ...common, severity: 'warning', code: 'push.host-failed', params } as const;
  }
  const params = { host, version: version ?? '' };
  const machine = machine_id === null ? {} : { machineId: machine_id };
  return { ...common, ...machine, severity: 'info', code: 'push.host-done', params } as const;
}

/** What the last attempt left behind. */
export const forgotten: HostChange = {
  outcome: null,
  reason: null,
  detail: '',
  exit_code: null,
  log: '',
  offered: null,
  known: '[]',
};

/** Takes up the next machine of a push; undefined: none waits. */
export async function takeNext(deps: MoveDeps, pushId: string): Promise<HostRow | undefined> {
  return deps.db.transaction(async (tx) => {
    const host = await findFirstWaiting(tx, pushId);
    if (!host) return undefined;
    const attempt = host.attempt + 1;
    await moveHost(deps, tx, host, 'begin', { ...forgotten, attempt });
    return { ...host, attempt };
  });
}

export const fail = (deps: MoveDeps, claim: Claim, reason: PushReason, change: HostChange = {}) =>
  move(deps, claim, 'fail', { ...change, reason });
