import { RemoteProblem } from '../../problem.ts';
import { agentPaths } from '../channel.ts';
import { EnrollReply, type EnrollRequest, enrollmentProof } from '../enrollment.ts';
import { waitAfter } from './back-off.ts';
import type { SiteClient } from './site-client.ts';
import { pause } from './wake-up.ts';

/** The machine's signing key: proves who speaks. */
export interface Signer {
  /** ECDSA P-256 with SHA-256 over the UTF-8 bytes, IEEE P1363 form, base64. */
  sign(proof: string): string;
}

export type EnrollmentFacts = Omit<EnrollRequest, 'signature'>;

/**
 * Asks the site once to take this machine. Safe to repeat with the same keys: the site knows them again.
 * @throws RemoteProblem, for instance for a ticket that is used up; Failure site-unreachable
 */
export function enrollOnce(
  { client, signer }: { client: SiteClient; signer: Signer },
  facts: EnrollmentFacts,
  signal?: AbortSignal,
): Promise<EnrollReply> {
  const body: EnrollRequest = { ...facts, signature: signer.sign(enrollmentProof(facts)) };
  return client.call({ method: 'POST', path: agentPaths.enroll, body, reply: EnrollReply, signal });
}

export interface EnrollDeps {
  readonly client: SiteClient;
  readonly signer: Signer;
  readonly random: () => number;
  /** Told about each try that did not settle the matter. */
  readonly onWait: (waitMs: number, cause: EnrollReply | unknown) => void;
}

/**
 * Asks until the site has decided: over lost connections, and while an administrator has not approved yet.
 * @returns the decision: `enrolled`, `refused` or `quarantined`
 * @throws RemoteProblem when the site refuses the request itself (a ticket that is used up or expired)
 */
export async function enrollUntilDecided(deps: EnrollDeps, facts: EnrollmentFacts, signal: AbortSignal) {
  for (let failures = 0; ; ) {
    signal.throwIfAborted();
    let waitMs: number;
    try {
      const reply = await enrollOnce(deps, facts, signal);
      if (reply.status !== 'pending') return reply;
      failures = 0;
      waitMs = reply.retryAfterMs * (0.75 + 0.5 * deps.random());
      deps.onWait(waitMs, reply);
    } catch (error) {
      signal.throwIfAborted();
      if (isRefusal(error)) throw error;
      failures += 1;
      waitMs = waitAfter({ failures, random: deps.random(), cause: error });
      deps.onWait(waitMs, error);
    }
    await pause(waitMs, signal);
  }
}

/** A refusal that the same request meets again; too many requests and a failing server are none. */
export function isRefusal(error: unknown): error is RemoteProblem {
  return error instanceof RemoteProblem && error.status >= 400 && error.status < 500 && error.status !== 429;
}
