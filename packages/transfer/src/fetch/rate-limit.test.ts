import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRateLimiter } from './rate-limit.ts';

/** Lets pieces through one after the other, as a connection does that pauses when told; returns the time it took. */
function transfer(pieces: readonly number[], bytesPerSecond: number): { ms: number; mostAheadBytes: number } {
  let clock = 0;
  let bytes = 0;
  let mostAheadBytes = 0;
  const limiter = createRateLimiter({ bytesPerSecond, now: () => clock });
  for (const piece of pieces) {
    bytes += piece;
    const pauseMs = limiter.debit(piece);
    clock += pauseMs;
    mostAheadBytes = Math.max(mostAheadBytes, bytes - (clock / 1000) * bytesPerSecond);
  }
  return { ms: clock, mostAheadBytes };
}

test('DIST-34: the limiter is honoured over any sequence of pieces, and does not brake more than needed', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 65_536 }), { minLength: 1, maxLength: 200 }),
      fc.integer({ min: 1_000, max: 10_000_000 }),
      (pieces, limit) => {
        const { ms, mostAheadBytes } = transfer(pieces, limit);
        const total = pieces.reduce((sum, piece) => sum + piece, 0);
        assert.ok(mostAheadBytes <= limit * 0.1 + 1, `ran ${mostAheadBytes} bytes ahead of ${limit}/s`);
        assert.ok(ms <= (total / limit) * 1000 + 1, `took ${ms} ms for ${total} bytes at ${limit}/s`);
      },
    ),
  );
});

test('DIST-34: several connections share one limit', () => {
  let clock = 0;
  const limiter = createRateLimiter({ bytesPerSecond: 1000, now: () => clock });
  assert.equal(limiter.debit(100), 0);
  assert.equal(limiter.debit(500), 500);
  assert.equal(limiter.debit(500), 1000);
  clock = 1000;
  assert.equal(limiter.debit(0), 0);
});

test('DIST-34: the limit may change with the time, and end', () => {
  let limit: number | undefined = 1000;
  const limiter = createRateLimiter({ bytesPerSecond: () => limit, now: () => 0 });
  assert.equal(limiter.debit(1100), 1000);
  limit = undefined;
  assert.equal(limiter.debit(1_000_000), 0);
  limit = 1000;
  assert.equal(limiter.debit(100), 0);
});
