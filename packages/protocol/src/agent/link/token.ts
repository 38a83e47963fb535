import type { Static } from 'typebox';
import { agentPaths } from '../channel.ts';
import { ChallengeReply, TokenReply, tokenProof } from '../enrollment.ts';
import type { Signer } from './enroll.ts';
import type { SiteClient } from './site-client.ts';

export interface TokenSource {
  /**
   * A token that is good for a while: the present one, or a new one by signing a challenge.
   * @throws RemoteProblem where the site does not know the machine (any more); Failure site-unreachable
   */
  get(signal?: AbortSignal): Promise<string>;
  /** Called when the site refused the token: the next `get` makes a new one. */
  discard(): void;
  /** The server's clock, epoch milliseconds: right also where our clock is wrong, or is set while we run. */
  serverTime(): number;
}

export interface TokenDeps {
  readonly client: SiteClient;
  readonly signer: Signer;
  readonly machineId: string;
  /** Names this life of the agent; absent for whoever speaks beside its service. */
  readonly instance?: string;
  /** Epoch milliseconds; only until the server has told its time. */
  readonly now: () => number;
  /** Milliseconds from any moment on, never set back or forward; `performance.now` unless told. */
  readonly monotonic?: () => number;
}

/** A token is renewed this long before it ends, so that none ends on its way. */
const renewBeforeMs = 30_000;

/** Short-lived tokens for one machine; calls at the same time share one exchange. */
export function createTokenSource(deps: TokenDeps): TokenSource {
  const { monotonic = () => performance.now() } = deps;
  let present: Static<typeof TokenReply> | undefined;
  let told: { readonly serverTime: number; readonly at: number } | undefined;
  let exchange: Promise<string> | undefined;

  const renew = async () => {
    present = await requestToken(deps);
    told = { serverTime: present.serverTime, at: monotonic() };
    return present.token;
  };
  const serverTime = () => (told ? told.serverTime + monotonic() - told.at : deps.now());
  return {
    get(signal) {
      const isGood = present !== undefined && present.expiresAt - renewBeforeMs > serverTime();
      if (present && isGood) return Promise.resolve(present.token);
      exchange ??= renew().finally(() => {
        exchange = undefined;
      });
      return abortable(exchange, signal);
    },
    discard() {
      present = undefined;
    },
    serverTime,
  };
}

/** One caller that gives up must not take the exchange away from the others. */
async function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  signal.throwIfAborted();
  const { promise: given, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([promise, given]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

async function requestToken({ client, signer, machineId, instance }: TokenDeps) {
  const { nonce } = await client.call({
    method: 'POST',
    path: agentPaths.challenge,
    body: { machineId },
    reply: ChallengeReply,
  });
  const signature = signer.sign(tokenProof(machineId, nonce));
  const body = { machineId, nonce, signature, ...(instance === undefined ? {} : { instance }) };
  return client.call({ method: 'POST', path: agentPaths.token, body, reply: TokenReply });
}
