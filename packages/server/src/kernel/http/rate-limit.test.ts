import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFakeClock } from '../clock.ts';
import { createRateLimit } from './rate-limit.ts';

const allowances = { each: { burst: 2, perSecond: 1 }, all: { burst: 4, perSecond: 2 } };

test('who asks too often waits, and so does everybody where all of them ask too much', () => {
  const clock = createFakeClock();
  const limit = createRateLimit(clock, allowances);
  limit.take('192.0.2.1');
  limit.take('192.0.2.1');
  assert.throws(() => limit.take('192.0.2.1'), { code: 'too-many-requests', params: { seconds: 1 } });
  limit.take('192.0.2.2');
  limit.take('192.0.2.3');
  assert.throws(() => limit.take('192.0.2.4'), { code: 'site-busy' });
  clock.advance(1000);
  limit.take('192.0.2.1');
});

test('a clock that was put back by hours holds up nobody', () => {
  const clock = createFakeClock();
  const limit = createRateLimit(clock, allowances);
  limit.take('192.0.2.1');
  clock.advance(-8 * 3_600_000);
  limit.take('192.0.2.1');
  limit.take('192.0.2.2');
  clock.advance(1000);
  limit.take('192.0.2.1');
});
