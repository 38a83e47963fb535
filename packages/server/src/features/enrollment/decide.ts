import type { enrollmentRoutes } from '@tenkai/protocol/api/enrollment.ts';
import type { BodyOf, ReplyOf } from '@tenkai/protocol/api/route.ts';
import type { Caller } from '../../kernel/access/caller.ts';
import type { Tx } from '../../kernel/database/database.ts';
import { findIdentity, type IdentityRow, updateIdentity } from './enrollment.store.ts';
import type { Deps } from './needs.ts';

type Body = BodyOf<typeof enrollmentRoutes.decide>;
type Result = ReplyOf<typeof enrollmentRoutes.decide>['results'][number];

/** Machines of one transaction. */
const chunk = 100;

/**
 * Approves or refuses machines that wait, and releases quarantined ones: the other hardware on which the key was
 * seen then belongs to the machine, too. Revoking shuts out one that was let in: a stolen disk, a key that got out.
 */
export async function decide(deps: Deps, caller: Caller, { machineIds, decision }: Body): Promise<Result[]> {
  const visible = await deps.machines.visibleIds(caller, machineIds);
  const results: Result[] = [];
  for (let at = 0; at < machineIds.length; at += chunk) {
    const part = machineIds.slice(at, at + chunk);
    const decided = await deps.db.transaction(async (tx) => {
      const some: Result[] = [];
      for (const machineId of part) {
        const code = visible.has(machineId)
          ? await decideOne(deps, tx, caller, machineId, decision)
          : 'not-found';
        some.push({ machineId, accepted: code === null, code });
      }
      return some;
    });
    results.push(...decided);
  }
  return results;
}

async function decideOne(
  deps: Deps,
  tx: Tx,
  caller: Caller,
  machineId: string,
  decision: Body['decision'],
): Promise<string | null> {
  const identity = await findIdentity(tx, machineId);
  if (!identity) return 'not-found';
  const problem = problemOf(identity.status, decision);
  if (problem) return problem;
  const status = decision === 'approve' ? 'enrolled' : 'refused';
  await updateIdentity(tx, machineId, {
    status,
    decided_at: deps.clock.now(),
    ...(decision === 'approve' && {
      fingerprints: acceptedFingerprints(identity),
      foreign_fingerprint: null,
    }),
  });
  await deps.machines.setEnrollment(tx, machineId, status);
  if (decision === 'approve') deps.shutOut.lift(tx, machineId);
  else deps.shutOut.add(tx, machineId);
  await tell(deps, tx, caller, identity, decision);
  return null;
}

function problemOf(status: IdentityRow['status'], decision: Body['decision']): string | null {
  if (decision === 'revoke') return status === 'enrolled' ? null : 'not-enrolled';
  if (status === 'enrolled') return 'already-enrolled';
  return decision === 'refuse' && status === 'refused' ? 'already-refused' : null;
}

function acceptedFingerprints({ fingerprints, foreign_fingerprint: foreign }: IdentityRow): string {
  const known = JSON.parse(fingerprints) as string[];
  return foreign === null ? fingerprints : JSON.stringify([...new Set([...known, foreign])]);
}

async function tell(
  { status, audit }: Deps,
  tx: Tx,
  caller: Caller,
  identity: IdentityRow,
  decision: Body['decision'],
) {
  const { machine_id: machineId, asked_name: name } = identity;
  const what = whatWasDone(identity.status, decision);
  const params = { by: caller.name, name };
  await status.append(tx, {
    severity: decision === 'revoke' ? 'warning' : 'info',
    component: 'enrollment',
    code: `enrollment.${what}`,
    machineId,
    params,
  });
  const details = { name, before: identity.status };
  await audit.record(tx, {
    actor: caller,
    action: `enrollment.${what}`,
    object: `machine:${machineId}`,
    details,
  });
}

function whatWasDone(before: IdentityRow['status'], decision: Body['decision']) {
  if (decision === 'revoke') return 'revoked';
  if (decision === 'refuse') return 'refused';
  return before === 'quarantined' ? 'released' : 'approved';
}
