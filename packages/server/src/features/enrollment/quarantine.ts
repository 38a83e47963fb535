import type { Tx } from '../../kernel/database/database.ts';
import { findIdentity, type IdentityRow, updateIdentity } from './enrollment.store.ts';
import type { Deps } from './needs.ts';

type QuarantineDeps = Pick<Deps, 'clock' | 'machines' | 'shutOut' | 'status'>;

/** By what two machines with one key were told from each other. */
export type Sign =
  | { readonly on: 'other-hardware'; readonly name: string; readonly hardwareFingerprint: string }
  | { readonly on: 'both-live' };

/** Nobody can say which of the two is the right one, so neither may go on (design, section 8). */
export async function quarantine(
  deps: QuarantineDeps,
  tx: Tx,
  identity: IdentityRow,
  sign: Sign,
): Promise<void> {
  const { machine_id: id } = identity;
  if (identity.status === 'quarantined') return;
  await updateIdentity(tx, id, {
    status: 'quarantined',
    foreign_fingerprint: sign.on === 'other-hardware' ? sign.hardwareFingerprint : null,
    decided_at: deps.clock.now(),
  });
  await deps.machines.setEnrollment(tx, id, 'quarantined');
  deps.shutOut.add(tx, id);
  await deps.status.append(tx, {
    severity: 'error',
    component: 'enrollment',
    machineId: id,
    ...messageOf(identity, sign),
  });
}

/** Shuts out a machine whose key two live agents use; one that is shut out already stays as it is. */
export async function quarantineShared(deps: Deps, machineId: string): Promise<void> {
  await deps.db.transaction(async (tx) => {
    const identity = await findIdentity(tx, machineId);
    if (identity?.status === 'enrolled') await quarantine(deps, tx, identity, { on: 'both-live' });
  });
}

function messageOf({ fingerprints, asked_name: name }: IdentityRow, sign: Sign) {
  if (sign.on === 'both-live') return { code: 'enrollment.shared', params: { name } };
  const [known = ''] = JSON.parse(fingerprints) as string[];
  const params = {
    name: sign.name,
    known: known.slice(0, 16),
    foreign: sign.hardwareFingerprint.slice(0, 16),
  };
  return { code: 'enrollment.clone', params };
}
