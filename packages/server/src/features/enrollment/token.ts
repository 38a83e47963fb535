import { Failure } from '@tenkai/domain/failure.ts';
import { type TokenReply, type TokenRequest, tokenProof } from '@tenkai/protocol/agent/enrollment.ts';
import type { Static } from 'typebox';
import type { Challenges } from './challenge.ts';
import { findIdentity, type IdentityRow } from './enrollment.store.ts';
import type { Deps } from './needs.ts';
import { checkProof, readAgentKey } from './proof.ts';
import { tokenLifeMs } from './token-life.ts';
import './failures.ts';

/**
 * A token for the holder of an enrolled key, who signed our challenge.
 * @throws Failure challenge-invalid, machine-unknown, agent-proof-invalid, machine-pending, machine-refused,
 * machine-quarantined, machine-key-shared
 */
export async function issueToken(
  { db, clock, access, keyWatch }: Pick<Deps, 'db' | 'clock' | 'access' | 'keyWatch'>,
  challenges: Challenges,
  { machineId, nonce, signature, instance }: Static<typeof TokenRequest>,
): Promise<Static<typeof TokenReply>> {
  challenges.take(machineId, nonce);
  const identity = await findIdentity(db.read, machineId);
  if (!identity) throw new Failure('machine-unknown', { id: machineId });
  checkProof(readAgentKey('signing', identity.signing_key).key, tokenProof(machineId, nonce), signature);
  if (identity.status !== 'enrolled') throw shutOutBecause(identity);
  const now = clock.now();
  const expiresAt = now + tokenLifeMs;
  const claims = {
    machineId,
    keyThumbprint: identity.key_thumbprint,
    expiresAt,
    ...(instance && { instance }),
  };
  // Where a proxy lets no socket through, asking for a token may be all that is heard of an agent for minutes.
  keyWatch.hear(claims);
  const token = access.agentTokens.issue(claims);
  return { token, expiresAt, serverTime: now };
}

function shutOutBecause({ status, machine_id: id, foreign_fingerprint: foreign }: IdentityRow): Failure {
  if (status === 'quarantined' && foreign === null) return new Failure('machine-key-shared', { id });
  return new Failure(`machine-${status}`, { id });
}
