import { Failure } from '@tenkai/domain/failure.ts';
import { type RenewReply, type RenewRequest, renewalProof } from '@tenkai/protocol/agent/enrollment.ts';
import type { Static } from 'typebox';
import { systemActor } from '../../kernel/audit/audit.ts';
import type { Tx } from '../../kernel/database/database.ts';
import type { Challenges } from './challenge.ts';
import {
  findIdentity,
  findIdentityByKey,
  findIdentityByOtherKey,
  type IdentityRow,
  updateIdentity,
} from './enrollment.store.ts';
import type { Deps } from './needs.ts';
import { type AgentKey, checkProof, isProofOf, readAgentKey } from './proof.ts';
import './failures.ts';

/**
 * Takes the new keys of a machine beside the present ones. Nothing ends yet: whoever loses the answer goes on with the
 * old key and asks again.
 * @throws Failure challenge-invalid, agent-key-invalid, machine-*, agent-proof-invalid, agent-key-replaced, agent-key-known
 */
export async function renewKeys(
  deps: Deps,
  challenges: Challenges,
  request: Static<typeof RenewRequest>,
): Promise<Static<typeof RenewReply>> {
  const { machineId, nonce, signature, newSignature } = request;
  challenges.take(machineId, nonce);
  const signing = readAgentKey('signing', request.signingKey);
  const encryption = readAgentKey('encryption', request.encryptionKey);
  const proof = renewalProof(request);
  await deps.db.transaction(async (tx) => {
    const identity = await heldBy(deps, tx, { machineId, proof, signature });
    checkProof(signing.key, proof, newSignature);
    await checkIsNew(tx, identity, signing);
    await updateIdentity(tx, machineId, {
      next_thumbprint: signing.thumbprint,
      next_signing_key: signing.text,
      next_encryption_key: encryption.text,
    });
  });
  return { machineId };
}

/** What somebody signed, as which machine. */
export interface Claim {
  readonly machineId: string;
  readonly proof: string;
  readonly signature: string;
}

/**
 * The identity whose key signed. The first use of an announced key puts it in the place of the old one.
 * @throws Failure machine-unknown, agent-proof-invalid, agent-key-replaced, machine-pending, machine-refused,
 * machine-quarantined, machine-key-shared
 */
export async function heldBy(deps: Deps, tx: Tx, claim: Claim): Promise<IdentityRow> {
  const { identity, key } = signedBy(await findIdentity(tx, claim.machineId), claim);
  return key === 'next' ? promoteKey(deps, tx, identity) : identity;
}

/** Which of its keys signed. @throws Failure as `heldBy` */
export function signedBy(
  identity: IdentityRow | undefined,
  { machineId: id, proof, signature }: Claim,
): { readonly identity: IdentityRow; readonly key: 'present' | 'next' } {
  if (!identity) throw new Failure('machine-unknown', { id });
  const signed = (key: string | null) =>
    key !== null && isProofOf(readAgentKey('signing', key).key, proof, signature);
  const key = signed(identity.signing_key) ? 'present' : signed(identity.next_signing_key) ? 'next' : null;
  if (!key && signed(identity.replaced_signing_key)) throw new Failure('agent-key-replaced', { id });
  if (!key) throw new Failure('agent-proof-invalid');
  if (identity.status !== 'enrolled') throw shutOutBecause(identity);
  return { identity, key };
}

function shutOutBecause({ status, machine_id: id, foreign_fingerprint: foreign }: IdentityRow): Failure {
  if (status === 'quarantined' && foreign === null) return new Failure('machine-key-shared', { id });
  return new Failure(`machine-${status}`, { id });
}

/** The announced keys take the place of the present ones, which are refused from now on. */
export async function promoteKey(deps: Deps, tx: Tx, identity: IdentityRow): Promise<IdentityRow> {
  const {
    machine_id: machineId,
    asked_name: name,
    key_thumbprint: before,
    next_thumbprint: after,
  } = identity;
  const { next_signing_key: signing, next_encryption_key: encryption } = identity;
  if (!after || !signing || !encryption) return identity;
  const change = {
    key_thumbprint: after,
    signing_key: signing,
    encryption_key: encryption,
    next_thumbprint: null,
    next_signing_key: null,
    next_encryption_key: null,
    replaced_thumbprint: before,
    replaced_signing_key: identity.signing_key,
    replaced_at: deps.clock.now(),
  };
  await updateIdentity(tx, machineId, change);
  deps.shutOut.addKey(tx, before);
  // The channel was opened with a token of the old key, by whomever; the machine itself is back in seconds.
  tx.afterCommit(() => deps.channel.drop(machineId));
  const params = { name, before: before.slice(0, 16), after: after.slice(0, 16) };
  const said = { severity: 'info', component: 'enrollment', code: 'enrollment.renewed', machineId } as const;
  await deps.status.append(tx, { ...said, params });
  await deps.audit.record(tx, {
    actor: systemActor,
    action: 'enrollment.renewed',
    object: `machine:${machineId}`,
    details: { name, before, after },
  });
  return { ...identity, ...change };
}

/** A key is one machine's alone, and a replaced one never comes back. */
async function checkIsNew(tx: Tx, { machine_id: id }: IdentityRow, { thumbprint }: AgentKey): Promise<void> {
  const present = await findIdentityByKey(tx, thumbprint);
  const other = await findIdentityByOtherKey(tx, thumbprint);
  const isAnnounced = other?.machine_id === id && other.next_thumbprint === thumbprint;
  if (present || (other && !isAnnounced)) throw new Failure('agent-key-known');
}
