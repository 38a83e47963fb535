import { Failure } from '@tenkai/domain/failure.ts';
import { parseTarget } from '@tenkai/domain/push/target.ts';
import type { HostKeys } from '@tenkai/protocol/api/push-keys.ts';
import type { HostKeyDecision } from '@tenkai/protocol/api/pushes.ts';
import { type OfferedKeys, onlyNamed } from '@tenkai/transfer/push/host-keys.ts';
import type { Actor } from '../../kernel/audit/audit.ts';
import type { Tx } from '../../kernel/database/database.ts';
import { keepHostKeys } from './believe-key.ts';
import { deleteHostKeys, findHostKeysById, type HostKeysRow } from './host-keys.store.ts';
import { moveHost } from './move.ts';
import type { Deps } from './needs.ts';
import { findHost, type HostRow } from './pushes.store.ts';
import type { Runner } from './runner.ts';

/** All of them or none. @throws Failure not-found, push-host-keys-other */
export async function decideHostKeys(
  deps: Deps & { readonly runner: Runner },
  actor: Actor,
  { id, decisions }: { readonly id: string; readonly decisions: readonly HostKeyDecision[] },
): Promise<void> {
  await deps.db.transaction(async (tx) => {
    for (const decision of decisions) {
      const host = await findHost(tx, id, decision.position);
      if (!host) throw new Failure('not-found', { what: 'push', id });
      await decide(deps, tx, actor, { host, decision });
    }
  });
  deps.runner.wake(id);
}

interface Decided {
  readonly host: HostRow;
  readonly decision: HostKeyDecision;
}

async function decide(deps: Deps, tx: Tx, actor: Actor, { host, decision }: Decided): Promise<void> {
  const offered = JSON.parse(host.offered ?? '{"lines":"","fingerprints":[]}') as OfferedKeys;
  const { fingerprints, isApproved } = decision;
  const isSame = isApproved
    ? isPartOf(fingerprints, offered.fingerprints)
    : isSameSet(fingerprints, offered.fingerprints);
  const target = parseTarget(host.host);
  if (host.state !== 'awaiting-approval' || !isSame || !target)
    throw new Failure('push-host-keys-other', { host: host.host });
  if (isApproved) {
    const approved = onlyNamed(offered, fingerprints);
    await keepHostKeys(deps, tx, actor, { target, ...approved, origin: 'approved' });
    await moveHost(deps, tx, host, 'approve');
    return;
  }
  const details = { host: host.host, fingerprints: offered.fingerprints };
  await deps.audit.record(tx, {
    actor,
    action: 'push-host-keys.refused',
    object: `push:${host.push_id}`,
    details,
  });
  await moveHost(deps, tx, host, 'fail', { reason: 'host-key-refused' });
}

/** The next push asks about the machine again. @throws Failure not-found */
export async function forgetHostKeys({ db, audit, events }: Deps, actor: Actor, id: string): Promise<void> {
  await db.transaction(async (tx) => {
    const keys = await findHostKeysById(tx, id);
    if (!keys) throw new Failure('not-found', { what: 'host key', id });
    await deleteHostKeys(tx, id);
    const details = { fingerprints: JSON.parse(keys.fingerprints) };
    const object = `push-host-key:${keys.host}`;
    await audit.record(tx, { actor, action: 'push-host-keys.forgotten', object, details });
    await events.publish(tx, 'pushes.keys-changed', {});
  });
}

export const toHostKeys = (row: HostKeysRow): HostKeys => ({
  id: row.id,
  host: row.host,
  fingerprints: JSON.parse(row.fingerprints) as string[],
  origin: row.origin,
  approvedBy: row.approved_by,
  approvedAt: row.approved_at,
});

const isSameSet = (one: readonly string[], other: readonly string[]) =>
  [...new Set(one)].sort().join('\n') === [...new Set(other)].sort().join('\n');

/** Whoever approves names at least one, and none that was not shown. */
const isPartOf = (some: readonly string[], all: readonly string[]) =>
  some.length > 0 && some.every((one) => all.includes(one));
