import { Failure } from '@tenkai/domain/failure.ts';
import { type TokenReply, type TokenRequest, tokenProof } from '@tenkai/protocol/agent/enrollment.ts';
import type { Static } from 'typebox';
import type { Challenges } from './challenge.ts';
import { findIdentity } from './enrollment.store.ts';
import type { Deps } from './needs.ts';
import { checkProof, readAgentKey } from './proof.ts';
import { tokenLifeMs } from './token-life.ts';
import './failures.ts';

/**
 * A token for the holder of an enrolled key, who signed our challenge.
 * @throws Failure challenge-invalid, machine-unknown, agent-proof-invalid, machine-pending, machine-refused,
 * machine-quarantined
 */
export async function issueToken(
  { db, clock, access }: Pick<Deps, 'db' | 'clock' | 'access'>,
  challenges: Challenges,
  { machineId, nonce, signature }: Static<typeof TokenRequest>,
): Promise<Static<typeof TokenReply>> {
  challenges.take(machineId, nonce);
  const identity = await findIdentity(db.read, machineId);
  if (!identity) throw new Failure('machine-unknown', { id: machineId });
  checkProof(readAgentKey('signing', identity.signing_key).key, tokenProof(machineId, nonce), signature);
  if (identity.status !== 'enrolled') throw new Failure(`machine-${identity.status}`, { id: machineId });
  const now = clock.now();
  const expiresAt = now + tokenLifeMs;
  const token = access.agentTokens.issue({ machineId, keyThumbprint: identity.key_thumbprint, expiresAt });
  return { token, expiresAt, serverTime: now };
}
