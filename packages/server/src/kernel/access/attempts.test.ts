import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '@tenkai/domain/failure.ts';
import { createFakeClock } from '../clock.ts';
import { createAttempts } from './attempts.ts';
import './failures.ts';

const keys = ['address:192.0.2.1', 'name:admin'];
const isWaiting = (seconds: number) => (error: unknown) =>
  error instanceof Failure && error.code === 'too-many-attempts' && error.params.seconds === seconds;

test('after five failures each further one doubles the wait, up to a quarter of an hour', () => {
  const clock = createFakeClock();
  const attempts = createAttempts(clock);
  for (let n = 0; n < 5; n += 1) attempts.failed(keys);
  attempts.check(keys);
  for (const seconds of [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]) {
    attempts.failed(keys);
    assert.throws(() => attempts.check(keys), isWaiting(seconds));
    clock.advance(seconds * 1000 - 1);
    assert.throws(() => attempts.check(keys), isWaiting(1));
    clock.advance(1);
    attempts.check(keys);
  }
});

test('a wait that began under a clock that was put back is no longer than the longest', () => {
  const clock = createFakeClock();
  const attempts = createAttempts(clock);
  for (let n = 0; n < 6; n += 1) attempts.failed(keys);
  clock.advance(-8 * 3_600_000);
  assert.throws(() => attempts.check(keys), isWaiting(900));
});

test('a name waits for every address, an address for every name', () => {
  const attempts = createAttempts(createFakeClock());
  for (let n = 0; n < 6; n += 1) attempts.failed(keys);
  assert.throws(() => attempts.check(['address:192.0.2.99', 'name:admin']));
  assert.throws(() => attempts.check(['address:192.0.2.1', 'name:other']));
  attempts.check(['address:192.0.2.99', 'name:other']);
});

test('success forgets, and so does a long time without failure', () => {
  const clock = createFakeClock();
  const attempts = createAttempts(clock);
  for (let n = 0; n < 6; n += 1) attempts.failed(keys);
  attempts.succeeded(keys);
  attempts.check(keys);
  for (let n = 0; n < 7; n += 1) attempts.failed(keys);
  clock.advance(20 * 60_000);
  attempts.failed(keys);
  attempts.check(keys);
});
