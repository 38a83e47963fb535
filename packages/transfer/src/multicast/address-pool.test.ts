import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allocateAddress, type SessionAddress, USUAL_POOL } from './address-pool.ts';

const code = (expected: string) => (error: unknown) => (error as { code?: string }).code === expected;

test('BSCN-28: ten sessions at once get ten addresses and twenty ports; one that has ended gives its own back', () => {
  const running: SessionAddress[] = [];
  for (let count = 0; count < 10; count += 1) running.push(allocateAddress(USUAL_POOL, running));
  assert.equal(new Set(running.map(({ group }) => group)).size, 10);
  assert.equal(new Set(running.flatMap(({ port, senderPort }) => [port, senderPort])).size, 20);
  const [ended] = running.splice(3, 1);
  assert.deepEqual(allocateAddress(USUAL_POOL, running), ended);
});

test('BSCN-27: an address that a running session uses is refused, and so is one that looks the same on Ethernet', () => {
  const running = [allocateAddress(USUAL_POOL, [], '239.1.2.3')];
  assert.throws(() => allocateAddress(USUAL_POOL, running, '239.1.2.3'), code('multicast-address-used'));
  assert.throws(() => allocateAddress(USUAL_POOL, running, '238.129.2.3'), code('multicast-address-used'));
  assert.equal(allocateAddress(USUAL_POOL, running, '239.1.2.4').group, '239.1.2.4');
});

test('BSCN-28: a pool that was moved by one port keeps clear of both ports of a session that still runs', () => {
  const running = [allocateAddress({ ...USUAL_POOL, firstPort: 56_100 }, [])];
  const { port, senderPort } = allocateAddress({ ...USUAL_POOL, firstPort: 56_101 }, running);
  assert.deepEqual([port, senderPort], [56_103, 56_104]);
});

test('what is no address for a session is refused', () => {
  for (const wished of ['10.1.2.3', '224.0.0.1', '240.0.0.1', '239.1.2', '239.1.2.256', '239.1.2.x', '']) {
    assert.throws(() => allocateAddress(USUAL_POOL, [], wished), code('multicast-address-invalid'), wished);
  }
});

test('a pool that is used up says so', () => {
  const pool = { ...USUAL_POOL, sessions: 2 };
  const running: SessionAddress[] = [];
  for (let count = 0; count < 2; count += 1) running.push(allocateAddress(pool, running));
  assert.throws(() => allocateAddress(pool, running), code('multicast-pool-empty'));
  const narrow = { ...USUAL_POOL, last: USUAL_POOL.first };
  assert.throws(() => allocateAddress(narrow, [allocateAddress(narrow, [])]), code('multicast-pool-empty'));
});
