import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { reasonSentence } from '../reason.ts';
import type { MethodChoice } from './delivery.ts';
import { gathering, isAddressRange, isOnNetwork, methodUsed, networkOf } from './multicast.ts';

const chosen: MethodChoice = { method: 'multicast', reason: { code: 'multicast-group', params: {} } };
const unicast: MethodChoice = { method: 'unicast', reason: { code: 'unicast-chosen', params: {} } };
const why = (code: string, params = {}) => ({ code, params });

describe('what is said of a delivery', () => {
  const rows: [string, ReturnType<typeof methodUsed>, string][] = [
    [
      'all by multicast',
      methodUsed(chosen, { multicastBytes: 9, unicastBytes: 0, reason: null }),
      'multicast multicast-group',
    ],
    [
      'BSCN-29: a straggler',
      methodUsed(chosen, {
        multicastBytes: 9,
        unicastBytes: 1,
        reason: why('unicast-left-session', { cause: 'disk' }),
      }),
      'multicast multicast-and-unicast {"cause":"disk","multicastBytes":9,"unicastBytes":1}',
    ],
    [
      'BSCN-26: all from the representative of its subnet',
      methodUsed(chosen, {
        ...{ multicastBytes: 9, unicastBytes: 0, reason: null },
        representative: { machine: 'ash', network: '10.0.0.0/24' },
      }),
      'multicast multicast-subnet {"representative":"ash","network":"10.0.0.0/24"}',
    ],
    [
      'nothing was heard',
      methodUsed(chosen, {
        multicastBytes: 0,
        unicastBytes: 4,
        reason: why('unicast-not-heard', { group: '239.1.1.1' }),
      }),
      'unicast unicast-not-heard {"group":"239.1.1.1"}',
    ],
    [
      'it was there',
      methodUsed(chosen, { multicastBytes: 0, unicastBytes: 0, reason: null }),
      'unicast unicast-nothing-to-fetch',
    ],
    ['an old agent', methodUsed(chosen, undefined), 'unicast unicast-agent-cannot'],
    ['unicast stays unicast', methodUsed(unicast, undefined), 'unicast unicast-chosen'],
  ];
  for (const [name, { method, reason }, expected] of rows)
    test(name, () => {
      const params = Object.keys(reason.params).length > 0 ? ` ${JSON.stringify(reason.params)}` : '';
      assert.equal(`${method} ${reason.code}${params}`, expected);
    });
});

test('BSCN-29: a reason says what a cause or a problem means, and a word that is unknown as it is', () => {
  const cannot = (problem: string) =>
    reasonSentence(why('unicast-cannot-join', { problem, detail: 'send EPERM' }));
  assert.equal(
    cannot('blocked'),
    'By unicast: the machine cannot take part in multicast (its own firewall lets nothing out to the group: send EPERM).',
  );
  assert.match(cannot('of-a-newer-agent'), /\(of-a-newer-agent: send EPERM\)/);
  const unfit = { network: '10.0.0.0/24', problem: 'battery, disk' };
  assert.match(
    reasonSentence(why('unicast-no-representative', unfit)),
    /\(on battery, too little room on the disk\)/,
  );
  assert.match(
    reasonSentence(why('unicast-left-session', { cause: 'disk' })),
    /\(its disk is too slow or full\)/,
  );
});

describe('when a session begins', () => {
  const rows: [asked: number, expected: number, waitedMs: number, answer: string][] = [
    [1, 3, 0, 'waits'],
    [2, 3, 9_999, 'waits'],
    [3, 3, 0, 'begins'],
    [2, 3, 10_000, 'begins'],
    [1, 3, 10_000, 'alone'],
    [1, 1, 0, 'alone'],
    [4, 3, 0, 'begins'],
  ];
  for (const [asked, expected, waitedMs, answer] of rows)
    test(`${asked} of ${expected} after ${waitedMs} ms: ${answer}`, () =>
      assert.equal(gathering({ asked, expected, waitedMs, limitMs: 10_000 }), answer));
});

describe('who is on the network of a card', () => {
  const rows: [card: string, addresses: string[], answer: boolean][] = [
    ['10.1.2.1/24', ['10.1.2.200/24'], true],
    ['10.1.2.1/24', ['127.0.0.1/8', '10.1.2.9/16'], true],
    ['10.1.2.1/24', ['10.1.3.9/24'], false],
    ['200.0.0.1/1', ['129.1.1.1'], true],
    ['10.1.2.1/32', ['10.1.2.1/8'], true],
    ['10.1.2.1/24', ['fe80::1/64', '10.1.2', '10.1.2.256/24', ''], false],
    ['', ['10.1.2.9/24'], false],
  ];
  for (const [card, addresses, answer] of rows)
    test(`${card} and ${addresses}: ${answer}`, () => assert.equal(isOnNetwork(card, addresses), answer));
});

describe('the network of an address', () => {
  const rows: [address: string, network: string | undefined][] = [
    ['10.77.1.130/24', '10.77.1.0/24'],
    ['10.77.1.130/25', '10.77.1.128/25'],
    ['200.1.2.3/1', '128.0.0.0/1'],
    ['10.1.2.3/32', '10.1.2.3/32'],
    ['10.1.2.3/0', '0.0.0.0/0'],
    ['10.1.2.3', undefined],
    ['10.1.2.3/33', undefined],
    ['fe80::1/64', undefined],
    ['', undefined],
  ];
  for (const [address, network] of rows)
    test(`${address}: ${network}`, () => assert.equal(networkOf(address), network));
});

describe('which addresses sessions may use', () => {
  const rows: [first: string, last: string, answer: boolean][] = [
    ['239.255.77.1', '239.255.77.250', true],
    ['239.1.1.1', '239.1.1.1', true],
    ['239.1.1.2', '239.1.1.1', false],
    ['224.0.0.1', '224.0.1.9', false],
    ['239.0.0.0', '240.0.0.0', false],
    ['238.0.0.0', '239.0.0.0', false],
    ['239.1.1', '239.1.1.1', false],
  ];
  for (const [first, last, answer] of rows)
    test(`${first} to ${last}: ${answer}`, () => assert.equal(isAddressRange(first, last), answer));
});
