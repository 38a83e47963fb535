import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Candidate, chooseRepresentative } from './representative.ts';

const GIB = 1024 ** 3;
const usual: Candidate = {
  ...{ machine: 'a', isOnline: true, power: 'mains', freeDiskBytes: 50 * GIB, linkMbits: 1000 },
  ...{ isWireless: false, haveBytes: 0, failures: 0 },
};
const of = (machine: string, what: Partial<Candidate> = {}): Candidate => ({ ...usual, machine, ...what });
const chosen = (...candidates: Candidate[]) => chooseRepresentative(candidates, 4 * GIB).machine;

test('power, disk and link decide who fetches for a subnet', () => {
  assert.equal(chosen(of('b', { linkMbits: 100 }), of('c')), 'c', 'the faster link');
  assert.equal(
    chosen(of('b', { isWireless: true, linkMbits: 2400 }), of('c', { linkMbits: 100 })),
    'c',
    'a cable',
  );
  assert.equal(
    chosen(of('b', { power: { batteryPercent: 90 } }), of('c', { isWireless: true })),
    'c',
    'mains',
  );
  assert.equal(chosen(of('b'), of('c', { freeDiskBytes: 60 * GIB })), 'c', 'more room');
  assert.equal(chosen(of('c'), of('b')), 'b', 'of equals always the same');
});

test('who is off, low on power, short of room or fell out twice is named as unfit, with the reason', () => {
  const candidates = [
    of('off', { isOnline: false }),
    of('low', { power: { batteryPercent: 49 } }),
    of('full', { freeDiskBytes: 8 * GIB }),
    of('shaky', { failures: 2 }),
    of('server', { rule: 'forbidden' }),
  ];
  const { machine, unfit } = chooseRepresentative(candidates, 4 * GIB);
  assert.equal(machine, undefined, 'nobody is fit: each fetches by unicast');
  assert.deepEqual(
    [...unfit],
    [
      ['off', 'offline'],
      ['low', 'battery'],
      ['full', 'disk'],
      ['shaky', 'failed-before'],
      ['server', 'forbidden'],
    ],
  );
});

test('who takes over is the one that already has most of it, not the one that fell out', () => {
  const { machine, others } = chooseRepresentative(
    [
      of('first', { failures: 1, haveBytes: 3 * GIB }),
      of('second', { haveBytes: 2 * GIB, linkMbits: 100 }),
      of('third'),
    ],
    4 * GIB,
  );
  assert.equal(machine, 'second');
  assert.deepEqual(others, ['third', 'first']);
});

const reasons: [chosenBy: string | undefined, ...candidates: Candidate[]][] = [
  ['failures', of('b', { failures: 1, haveBytes: 9 }), of('c')],
  ['failures', of('b', { failures: 1, rule: 'named' }), of('c')],
  ['named', of('b', { haveBytes: 9 }), of('c', { rule: 'named', isWireless: true })],
  ['only', of('b', { rule: 'forbidden', haveBytes: 9 }), of('c')],
  [undefined, of('b', { rule: 'forbidden' })],
  ['content', of('b'), of('c', { haveBytes: 9, isWireless: true })],
  ['power', of('b', { power: { batteryPercent: 90 } }), of('c')],
  ['cable', of('b', { isWireless: true }), of('c')],
  ['link', of('b', { linkMbits: 10 }), of('c')],
  ['disk', of('b'), of('c', { freeDiskBytes: 51 * GIB })],
  ['name', of('b'), of('c')],
  ['only', of('b'), of('c', { isOnline: false })],
  [undefined, of('b', { isOnline: false })],
];
for (const [index, [chosenBy, ...candidates]] of reasons.entries())
  test(`the choice is explained (${index + 1}): ${chosenBy}`, () =>
    assert.equal(chooseRepresentative(candidates, 4 * GIB).chosenBy, chosenBy));
