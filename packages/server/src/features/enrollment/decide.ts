import type { enrollmentRoutes } from '@tenkai/protocol/api/machines.ts';
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
 * seen then belongs to the machine, too.
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
  if (identity.status === 'enrolled') return 'already-enrolled';
  if (decision === 'refuse' && identity.status === 'refused') return 'already-refused';
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
  const approved = identity.status === 'quarantined' ? 'released' : 'approved';
  const what = decision === 'approve' ? approved : 'refused';
  const params = { by: caller.name, name };
  await status.append(tx, {
    severity: 'info',
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
