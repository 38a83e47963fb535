import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FirewallReport } from '../firewall/index.ts';
import { hostFirewallCheck } from './check-host.ts';
import { judgeCheck } from './host-firewall.ts';
import { lostContact } from './lost-contact.ts';

const minute = 60_000;
const closed: FirewallReport = {
  role: 'server',
  act: 'open',
  backends: ['nftables'],
  rules: [
    { rule: 'Tenkai(TCP:443)', backend: 'nftables', where: 'inet site inbound', state: 'missing' },
    { rule: 'Tenkai(TCP:80)', backend: 'nftables', where: 'inet site inbound', state: 'given' },
  ],
  commands: ['nft -f -'],
  isDone: false,
};

test('BSRV-21: a look at the host firewall says what is missing and the one command, and is believed for minutes', () => {
  const check = hostFirewallCheck(closed, 10 * minute);
  const remedy = 'tenkai firewall open --role server';
  assert.deepEqual(check, {
    checkedAt: 10 * minute,
    active: ['nftables'],
    missing: [{ rule: 'Tenkai(TCP:443)', firewall: 'nftables', where: 'inet site inbound', remedy }],
  });
  assert.deepEqual(judgeCheck(check, 15 * minute), { state: 'closed', check });
  assert.equal(judgeCheck({ ...check, missing: [] }, 15 * minute).state, 'open');
  const old = { state: 'not-checked', cause: 'too-old', check };
  assert.deepEqual(judgeCheck(check, 15 * minute + 1), old);
  assert.deepEqual(judgeCheck(check, 5 * minute - 1), old, 'a clock that was put back');
});

test('BSRV-21: a look from before the server started is none, until so long after the start that nobody looks any more', () => {
  const check = hostFirewallCheck(closed, 10 * minute);
  const judged = (now: number, startedAt: number) => {
    const found = judgeCheck(check, now * minute, startedAt * minute);
    return found.state === 'not-checked' ? found.cause : found.state;
  };
  assert.equal(judged(12, 11), 'never', 'the start has opened the ports since');
  assert.equal(judged(71, 70), 'never', 'nobody looks while the server is down');
  assert.equal(judged(75, 70), 'never');
  assert.equal(judged(75.1, 70), 'too-old');
  assert.equal(judged(11, 10), 'closed');
  assert.equal(judged(11, 20), 'closed', 'a clock that was put back since the start');
});

test('BSRV-21: half of the machines at once is loss of contact; one by one is not', () => {
  const picture = { heard: 3, togetherMs: 12 * minute, isExpected: false };
  const at = (...minutes: number[]) => minutes.map((each) => each * minute);
  const found = (silentSince: number[], more: Partial<typeof picture> = {}) =>
    lostContact({ ...picture, silentSince, ...more });
  assert.deepEqual(found(at(100, 104, 112)), { machines: 3, of: 6, since: 112 * minute });
  assert.equal(found(at(100, 113, 130)), null, 'one by one');
  assert.equal(found(at(100, 104)), null, 'fewer than half');
  assert.equal(found(at(100), { heard: 0 }), null, 'one machine of one is that machine');
  assert.equal(found([]), null);
  assert.deepEqual(found(at(100), { isExpected: true }), { machines: 1, of: 4, since: 100 * minute });
  assert.deepEqual(found(at(1, 2, 100, 101), { heard: 0 }), { machines: 2, of: 2, since: 101 * minute });
});
