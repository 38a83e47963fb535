import { agentPaths } from '../channel.ts';
import { ChallengeReply, RenewReply, type RenewRequest, renewalProof } from '../enrollment.ts';
import type { Signer } from './enroll.ts';
import type { SiteClient } from './site-client.ts';

/** The keys that are to come, and who can sign with the signing one. */
export interface NewKeys extends Signer {
  readonly signingKey: string;
  readonly encryptionKey: string;
}

/**
 * Tells the site the new keys of a machine. When it returns, the site takes both pairs; safe to repeat.
 * @throws RemoteProblem, such as agent-key-replaced; Failure site-unreachable
 */
export async function announceKeys(
  { client, signer, machineId }: { client: SiteClient; signer: Signer; machineId: string },
  next: NewKeys,
  signal?: AbortSignal,
): Promise<RenewReply> {
  const { nonce } = await client.call({
    method: 'POST',
    path: agentPaths.challenge,
    body: { machineId },
    reply: ChallengeReply,
    signal,
  });
  const { signingKey, encryptionKey } = next;
  const facts = { machineId, nonce, signingKey, encryptionKey };
  const proof = renewalProof(facts);
  const body: RenewRequest = { ...facts, signature: signer.sign(proof), newSignature: next.sign(proof) };
  return client.call({ method: 'POST', path: agentPaths.renew, body, reply: RenewReply, signal });
}
