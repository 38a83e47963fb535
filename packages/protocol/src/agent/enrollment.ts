import type { Static } from 'typebox';
import * as Type from 'typebox';

const Base64 = Type.String({ minLength: 40, maxLength: 2048, pattern: '^[A-Za-z0-9+/=]+$' });

/** `GET /agent/v1/site`: unauthenticated; trusted only after its root matches the pinned fingerprint. */
export const SiteGreeting = Type.Object({
  siteCode: Type.String(),
  siteName: Type.String(),
  /** PEM; its SHA-256 over the SubjectPublicKeyInfo, in lower-case hex, is the *root fingerprint*. */
  rootCertificate: Type.String(),
  protocol: Type.Integer(),
});
export type SiteGreeting = Static<typeof SiteGreeting>;

/**
 * `POST /agent/v1/enroll`. `signature` is over `enrollmentProof(request)` by the signing key: the sender holds
 * the key that it enrolls.
 */
export const EnrollRequest = Type.Object({
  /** One-time ticket; absent: the machine waits for approval. */
  ticket: Type.Optional(Type.String({ maxLength: 256 })),
  name: Type.String({ minLength: 1, maxLength: 255 }),
  /** SubjectPublicKeyInfo, DER, base64; P-256. */
  signingKey: Base64,
  encryptionKey: Base64,
  /** SHA-256 over stable hardware facts, hex: two of them on one key are a clone (design, section 8). */
  hardwareFingerprint: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  agentVersion: Type.String({ maxLength: 64 }),
  operatingSystem: Type.String({ maxLength: 255 }),
  signature: Base64,
});
export type EnrollRequest = Static<typeof EnrollRequest>;

export const EnrollReply = Type.Object({
  machineId: Type.String(),
  /** pending: ask again with the same key until an administrator has approved. */
  status: Type.Union([
    Type.Literal('enrolled'),
    Type.Literal('pending'),
    Type.Literal('refused'),
    Type.Literal('quarantined'),
  ]),
  /** Milliseconds to wait before asking again when pending. */
  retryAfterMs: Type.Integer(),
});
export type EnrollReply = Static<typeof EnrollReply>;

/** The bytes that `signature` covers: every field but itself, each on a line. */
export function enrollmentProof(request: Omit<EnrollRequest, 'signature'>): string {
  return [
    'tenkai-enroll-1',
    request.ticket ?? '',
    request.name,
    request.signingKey,
    request.encryptionKey,
    request.hardwareFingerprint,
    request.agentVersion,
    request.operatingSystem,
  ].join('\n');
}

/** `POST /agent/v1/challenge`: a nonce that is good for one minute. */
export const ChallengeRequest = Type.Object({ machineId: Type.String({ maxLength: 64 }) });
export const ChallengeReply = Type.Object({ nonce: Type.String(), expiresAt: Type.Integer() });

/** `POST /agent/v1/token`: `signature` over `tokenProof(...)` by the enrolled signing key. */
export const TokenRequest = Type.Object({
  machineId: Type.String({ maxLength: 64 }),
  nonce: Type.String({ maxLength: 512 }),
  signature: Base64,
  /** Random, new with each start of the agent: two that live at once with one key are a clone (decision 0141). */
  instance: Type.Optional(Type.String({ minLength: 8, maxLength: 64 })),
});
export type TokenRequest = Static<typeof TokenRequest>;

/** Sent as `authorization: Bearer <token>`; short-lived, bound to machine and signing key. */
export const TokenReply = Type.Object({
  token: Type.String(),
  expiresAt: Type.Integer(),
  /** Server's clock, epoch milliseconds: the agent notes the difference to its own. */
  serverTime: Type.Integer(),
});
export type TokenReply = Static<typeof TokenReply>;

export function tokenProof(machineId: string, nonce: string): string {
  return ['tenkai-token-1', machineId, nonce].join('\n');
}

/**
 * `POST /agent/v1/renew`: both keys of the machine are to be replaced. Both signatures are over `renewalProof(request)`:
 * by the key that the site knows, and by the new one, whose holder the sender so proves to be. Safe to repeat.
 */
export const RenewRequest = Type.Object({
  machineId: Type.String({ maxLength: 64 }),
  nonce: Type.String({ maxLength: 512 }),
  /** The new keys: SubjectPublicKeyInfo, DER, base64; P-256. */
  signingKey: Base64,
  encryptionKey: Base64,
  signature: Base64,
  newSignature: Base64,
});
export type RenewRequest = Static<typeof RenewRequest>;

/** From now on the site takes both; the first use of the new signing key ends the old one. */
export const RenewReply = Type.Object({ machineId: Type.String() });
export type RenewReply = Static<typeof RenewReply>;

export function renewalProof({
  machineId,
  nonce,
  signingKey,
  encryptionKey,
}: Omit<RenewRequest, 'signature' | 'newSignature'>): string {
  return ['tenkai-renew-1', machineId, nonce, signingKey, encryptionKey].join('\n');
}
