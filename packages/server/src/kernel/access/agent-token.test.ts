import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { Failure } from '@tenkai/domain/failure.ts';
import { createFakeClock } from '../clock.ts';
import { createAgentTokens } from './agent-token.ts';
import './failures.ts';

const clock = createFakeClock();
const tokens = createAgentTokens({ key: randomBytes(32), now: clock.now });
const claims = { machineId: 'machine-1', keyThumbprint: 'thumb', expiresAt: clock.now() + 60_000 };
const isRefused = (error: unknown) => error instanceof Failure && error.code === 'agent-token-invalid';

test('a token says what was put into it', () => {
  assert.deepEqual(tokens.verify(tokens.issue(claims)), claims);
  const withInstance = { ...claims, instance: 'life-1' };
  assert.deepEqual(tokens.verify(tokens.issue(withInstance)), withInstance);
});

test('no altered, cut, foreign or expired token is taken', () => {
  const token = tokens.issue(claims);
  for (let at = 0; at < token.length; at += 1) {
    const changed = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
    // The last character of base64url may hold unused bits: the bytes are then the same.
    if (at === token.length - 1) continue;
    assert.throws(() => tokens.verify(changed), isRefused, `position ${at}`);
    assert.throws(() => tokens.verify(token.slice(0, at)), isRefused);
  }
  const [, body] = token.split('.');
  for (const wrong of ['', '...', `tka1.${body}.`, `${token}.x`, 'tka1.'.padEnd(5000, 'x')]) {
    assert.throws(() => tokens.verify(wrong), isRefused);
  }
  const foreign = createAgentTokens({ key: randomBytes(32), now: clock.now });
  assert.throws(() => tokens.verify(foreign.issue(claims)), isRefused);
  assert.throws(() => tokens.verify(tokens.issue({ ...claims, expiresAt: clock.now() })), isRefused);
});

test('a token that was taken before is refused once its time is over', () => {
  const later = createFakeClock();
  const own = createAgentTokens({ key: randomBytes(32), now: later.now });
  const token = own.issue({ ...claims, expiresAt: later.now() + 1000 });
  assert.equal(own.verify(token).machineId, claims.machineId);
  later.advance(999);
  assert.equal(own.verify(token).machineId, claims.machineId);
  later.advance(1);
  assert.throws(() => own.verify(token), isRefused);
});
