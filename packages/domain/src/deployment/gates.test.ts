import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aMachine } from '@tenkai/testkit/builders.ts';
import { askGates, type GateQuestion } from './gates.ts';

const nowMs = Date.parse('2026-03-02T12:00:00Z');
const hour = 3_600_000;
const night = {
  id: 'w',
  name: 'night',
  schedule: { kind: 'at' as const, at: '2026-03-02T22:00:00Z' },
  durationMinutes: 120,
};

function ask(over: Partial<GateQuestion> = {}, draft: Partial<GateQuestion['draft']> = {}) {
  return askGates({
    draft: { purpose: 'required', respectsWindows: true, wakesMachines: false, ...draft },
    isRequested: false,
    facts: aMachine(),
    busyWith: 'nothing',
    windows: [],
    maxRunTimeMs: hour,
    beginsWithWake: false,
    nowMs,
    ...over,
  });
}
const booting = aMachine({ isOnline: false, powerState: 'booting' });
const off = aMachine({ isOnline: false, powerState: 'off' });

const table: [
  string,
  ReturnType<typeof ask>,
  { gate: string | null; code?: string; until?: number | null; wakes?: boolean },
][] = [
  ['a machine that is there and free begins at once', ask(), { gate: null }],
  [
    'an available deployment waits until it is asked for',
    ask({}, { purpose: 'available' }),
    { gate: 'request', code: 'not-requested' },
  ],
  [
    'an available deployment that was asked for begins',
    ask({ isRequested: true }, { purpose: 'available' }),
    { gate: null },
  ],
  [
    'a machine does one run at a time',
    ask({ busyWith: 'run' }),
    { gate: 'earlier-run', code: 'earlier-run' },
  ],
  [
    'BAGT-15: what a machine applies at its start comes first, and is named',
    ask({ busyWith: 'next-start' }),
    { gate: 'earlier-run', code: 'next-start-update' },
  ],
  [
    'a closed window says when it opens',
    ask({ windows: [night] }),
    { gate: 'window', code: 'window-closed', until: Date.parse('2026-03-02T22:00:00Z') },
  ],
  [
    'a run that no window holds never begins, and says so',
    ask({ windows: [night], maxRunTimeMs: 3 * hour }),
    { gate: 'window', code: 'window-never-fits', until: null },
  ],
  ['windows can be ignored', ask({ windows: [night] }, { respectsWindows: false }), { gate: null }],
  [
    'a machine that is off is waited for',
    ask({ facts: off }),
    { gate: 'machine', code: 'machine-off', until: null, wakes: false },
  ],
  [
    'BSCN-39: a run for a machine that still boots is held, and does not fail',
    ask({ facts: booting }),
    { gate: 'machine', code: 'machine-off', until: null, wakes: false },
  ],
  [
    'a machine that is off is woken, and looked at again',
    ask({ facts: off }, { wakesMachines: true }),
    { gate: 'machine', code: 'machine-waking', until: nowMs + 60_000, wakes: true },
  ],
  [
    'a scenario that begins with wake wakes',
    ask({ facts: off, beginsWithWake: true }),
    { gate: 'machine', code: 'machine-waking', until: nowMs + 60_000, wakes: true },
  ],
];

for (const [name, answer, expected] of table) {
  test(name, () => {
    if (answer.isOpen) return assert.equal(expected.gate, null);
    assert.equal(answer.gate, expected.gate);
    assert.equal(answer.reason.code, expected.code);
    if (expected.until !== undefined) assert.equal(answer.until, expected.until);
    if (expected.wakes !== undefined) assert.equal(answer.wakes, expected.wakes);
  });
}
