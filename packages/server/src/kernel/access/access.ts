import { createHash, timingSafeEqual } from 'node:crypto';
import { Failure } from '@tenkai/domain/failure.ts';
import type { Permission } from '@tenkai/protocol/api/route.ts';
import type { FastifyRequest } from 'fastify';
import type { AgentClaims, AgentTokens, TokenHolder } from './agent-token.ts';
import { type Caller, requirePermission } from './caller.ts';
import './failures.ts';

export const sessionCookie = 'tenkai_session';
export const csrfHeader = 'x-tenkai-csrf';
export const apiTokenPrefix = 'tenkai_';

/** The users feature answers these; secrets arrive hashed, so that no table and no log ever holds one. */
export interface Identities {
  sessionByHash(hash: string): Promise<{ caller: Caller; csrf: string } | undefined>;
  apiTokenByHash(hash: string): Promise<Caller | undefined>;
}

export interface Access {
  /** Set once by the users feature when it registers. */
  identities: Identities;
  readonly agentTokens: AgentTokens;
  /**
   * Recognises the caller of a console or CLI route and checks the permission.
   * @returns undefined only for public routes.
   * @throws Failure not-signed-in, not-allowed, csrf-missing
   */
  admit(request: FastifyRequest, permission: Permission): Promise<Caller | undefined>;
  /** The anti-forgery token of the request's session; empty where it has none. */
  csrfOf(request: FastifyRequest): Promise<string>;
  /** Whether a machine, or its key, lost its right to the tokens that it has; set by the enrollment feature. */
  isShutOut: (agent: TokenHolder) => boolean;
  /** Told of each request of an agent that may speak; set by the enrollment feature. */
  onHeard: (claims: AgentClaims) => void;
  /** Of claims that were verified. @throws Failure agent-token-invalid for a machine or a key that is shut out */
  requireAdmitted(claims: AgentClaims): void;
  /** @throws Failure agent-token-invalid */
  admitAgent(headers: { authorization?: string | undefined }): AgentClaims;
}

const nobody: Identities = {
  sessionByHash: async () => undefined,
  apiTokenByHash: async () => undefined,
};

export function createAccess({ agentTokens }: { agentTokens: AgentTokens }): Access {
  const access: Access = {
    identities: nobody,
    isShutOut: () => false,
    onHeard: () => {},
    agentTokens,
    async admit(request, permission) {
      const caller = await identify(access.identities, request);
      if (permission === 'public') return caller;
      if (!caller) throw new Failure('not-signed-in');
      requirePermission(caller, permission);
      return caller;
    },
    async csrfOf(request) {
      const cookie = readSessionCookie(request);
      return (cookie && (await access.identities.sessionByHash(hashSecret(cookie)))?.csrf) || '';
    },
    requireAdmitted(claims) {
      if (!access.isShutOut(claims)) return access.onHeard(claims);
      const detail = 'the machine was removed, refused or quarantined, or its key was replaced';
      throw new Failure('agent-token-invalid', {}, { detail });
    },
    admitAgent(headers) {
      const token = bearer(headers.authorization);
      if (!token) throw new Failure('agent-token-invalid', {}, { detail: 'there is no bearer token' });
      const claims = agentTokens.verify(token);
      access.requireAdmitted(claims);
      return claims;
    },
  };
  return access;
}

/** How secrets of high entropy are stored: 256 random bits need no salt and no slow hash. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Equality that takes the same time wherever the texts differ. */
export function isSameSecret(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(hashSecret(a)), Buffer.from(hashSecret(b)));
}

/** The value of our session cookie, if the request carries one. */
export function readSessionCookie(request: Pick<FastifyRequest, 'headers'>): string | undefined {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const [name, value] = part.trim().split('=', 2);
    if (name === sessionCookie && value) return value;
  }
  return undefined;
}

async function identify(identities: Identities, request: FastifyRequest): Promise<Caller | undefined> {
  const token = bearer(request.headers.authorization);
  if (token) {
    // A caller who presents a token means it: a wrong one is refused, not overlooked.
    const caller = token.startsWith(apiTokenPrefix)
      ? await identities.apiTokenByHash(hashSecret(token))
      : undefined;
    if (!caller)
      throw new Failure('not-signed-in', {}, { detail: 'the API token is unknown, expired or revoked' });
    return caller;
  }
  const cookie = readSessionCookie(request);
  const session = cookie ? await identities.sessionByHash(hashSecret(cookie)) : undefined;
  if (!session) return undefined;
  requireCsrf(request, session.csrf);
  return session.caller;
}

/** A foreign page can make a browser send the cookie, but it cannot read the token that belongs to it. */
function requireCsrf(request: FastifyRequest, expected: string) {
  if (['GET', 'HEAD', 'OPTIONS'].includes(request.method)) return;
  const given = request.headers[csrfHeader];
  if (typeof given !== 'string' || !isSameSecret(given, expected)) throw new Failure('csrf-missing');
}

function bearer(authorization: string | undefined): string | undefined {
  return authorization?.match(/^Bearer ([^\s]+)$/i)?.[1];
}
