import { type TokenReply, type TokenRequest, tokenProof } from '@tenkai/protocol/agent/enrollment.ts';
import type { Static } from 'typebox';
import type { Challenges } from './challenge.ts';
import { findIdentity } from './enrollment.store.ts';
import type { Deps } from './needs.ts';
import { heldBy, signedBy } from './renew.ts';
import { tokenLifeMs } from './token-life.ts';
import './failures.ts';

/**
 * A token for the holder of an enrolled key, who signed our challenge.
 * @throws Failure challenge-invalid, machine-unknown, agent-proof-invalid, agent-key-replaced, machine-pending,
 * machine-refused, machine-quarantined, machine-key-shared
 */
export async function issueToken(
  deps: Deps,
  challenges: Challenges,
  { machineId, nonce, signature, instance }: Static<typeof TokenRequest>,
): Promise<Static<typeof TokenReply>> {
  const { db, clock, access, keyWatch } = deps;
  challenges.take(machineId, nonce);
  const claim = { machineId, proof: tokenProof(machineId, nonce), signature };
  const found = signedBy(await findIdentity(db.read, machineId), claim);
  // Only the first use of a new key writes: the fleet asks for tokens all the time.
  const { key_thumbprint: keyThumbprint } =
    found.key === 'next' ? await db.transaction((tx) => heldBy(deps, tx, claim)) : found.identity;
  const now = clock.now();
  const expiresAt = now + tokenLifeMs;
  const claims = { machineId, keyThumbprint, expiresAt, ...(instance && { instance }) };
  // Where a proxy lets no socket through, asking for a token may be all that is heard of an agent for minutes.
  keyWatch.hear(claims);
  const token = access.agentTokens.issue(claims);
  return { token, expiresAt, serverTime: now };
}
