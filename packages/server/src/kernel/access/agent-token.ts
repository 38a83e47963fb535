import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { Failure } from '@tenkai/domain/failure.ts';

/** What an agent proved when it answered the challenge. */
export interface AgentClaims {
  readonly machineId: string;
  /** Thumbprint of the signing key that answered: the token is worth nothing for another key. */
  readonly keyThumbprint: string;
  /** Which life of the agent has it; absent for whoever speaks beside its service. */
  readonly instance?: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** Whose token it is: what a machine, or a key, may lose before its token ends. */
export type TokenHolder = Pick<AgentClaims, 'machineId' | 'keyThumbprint'>;

export interface AgentTokens {
  issue(claims: AgentClaims): string;
  /** @throws Failure agent-token-invalid: altered, expired, or not ours. */
  verify(token: string): AgentClaims;
  /** Of claims that were verified before. @throws Failure agent-token-invalid: expired since */
  requireCurrent(claims: AgentClaims): void;
}

const prefix = 'tka1';
const longestToken = 1024;
/** As many machines as one process holds sockets of. */
const maxVerified = 20_000;

/**
 * Short-lived bearer tokens that need no table: `tka1.<claims>.<HMAC-SHA-256>`, both parts base64url. Every
 * process that holds the key (server and gateways) can check one. A machine shows the same one again and again: its
 * signature is checked once.
 */
export function createAgentTokens({ key, now }: { key: Buffer; now: () => number }): AgentTokens {
  // A key object is made ready once: with plain bytes each check would cost nine times as much.
  const secret = createSecretKey(key);
  const sign = (body: string) => createHmac('sha256', secret).update(`${prefix}.${body}`).digest();
  const check = (token: string): AgentClaims => {
    const [head, body, signature, ...rest] = token.length > longestToken ? [] : token.split('.');
    if (head !== prefix || !body || !signature || rest.length > 0) throw new Failure('agent-token-invalid');
    const given = Buffer.from(signature, 'base64url');
    const expected = sign(body);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw new Failure('agent-token-invalid');
    }
    const [machineId, keyThumbprint, expiresAt, instance] = JSON.parse(
      Buffer.from(body, 'base64url').toString(),
    );
    return { machineId, keyThumbprint, expiresAt, ...(typeof instance === 'string' && { instance }) };
  };
  const verified = new Map<string, AgentClaims>();
  const requireCurrent = ({ expiresAt }: AgentClaims) => {
    if (expiresAt <= now()) throw new Failure('agent-token-invalid', {}, { detail: 'the token has expired' });
  };
  return {
    issue(claims) {
      const { machineId, keyThumbprint, expiresAt, instance } = claims;
      const body = Buffer.from(
        JSON.stringify([machineId, keyThumbprint, expiresAt, ...(instance ? [instance] : [])]),
      );
      const text = body.toString('base64url');
      return `${prefix}.${text}.${sign(text).toString('base64url')}`;
    },
    verify(token) {
      let claims = verified.get(token);
      if (!claims) {
        claims = check(token);
        if (verified.size >= maxVerified) verified.delete(verified.keys().next().value as string);
        verified.set(token, claims);
      }
      if (claims.expiresAt <= now()) verified.delete(token);
      requireCurrent(claims);
      return claims;
    },
    requireCurrent,
  };
}
