import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Failure } from '@tenkai/domain/failure.ts';
import type { Clock } from '../../kernel/clock.ts';
import './failures.ts';

export interface Challenges {
  issue(machineId: string): { nonce: string; expiresAt: number };
  /**
   * Takes a nonce, once.
   * @throws Failure challenge-invalid
   */
  take(machineId: string, nonce: string): void;
}

const lifeMs = 60_000;

/**
 * Nonces that need no table: `<expiry>.<random>.<HMAC-SHA-256>`. The key lives as long as the process, so that
 * remembering the ones answered within their minute is enough to take each once, also over a restart.
 */
export function createChallenges(clock: Clock): Challenges {
  const key = randomBytes(32);
  /** In the order of answering, with their end; bounded by the rate limit of the route. */
  const answered = new Map<string, number>();
  const sign = (body: string, machineId: string) =>
    createHmac('sha256', key).update(`${body}\n${machineId}`).digest();

  const forgetEnded = () => {
    for (const [nonce, expiresAt] of answered) {
      if (expiresAt > clock.now()) break;
      answered.delete(nonce);
    }
  };
  return {
    issue(machineId) {
      const expiresAt = clock.now() + lifeMs;
      const body = `${expiresAt}.${randomBytes(16).toString('base64url')}`;
      return { nonce: `${body}.${sign(body, machineId).toString('base64url')}`, expiresAt };
    },
    take(machineId, nonce) {
      const [end = '', random = '', signature = '', ...rest] = nonce.split('.');
      const given = Buffer.from(signature, 'base64url');
      const expected = sign(`${end}.${random}`, machineId);
      const isOurs = given.length === expected.length && timingSafeEqual(given, expected);
      if (!isOurs || rest.length > 0) throw new Failure('challenge-invalid');
      if (Number(end) <= clock.now())
        throw new Failure('challenge-invalid', {}, { detail: 'it has expired' });
      forgetEnded();
      // By its own random part: another spelling of the same signature is the same nonce.
      if (answered.has(random))
        throw new Failure('challenge-invalid', {}, { detail: 'it was answered before' });
      answered.set(random, Number(end));
    },
  };
}
