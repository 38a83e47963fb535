import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLoss, noHistory, noteProperties, type PropertyOrigin } from './property-history.ts';

test('AGENT-29: the history of FSP over three installations has value, origin, time and version of each', () => {
  const installed = ['https://a.example', 'https://b.example', 'https://c.example'];
  const history = installed.reduce(
    (before, FSP, index) =>
      noteProperties(
        before,
        { MP: 'https://mp.example', FSP },
        { at: index + 1, origin: 'installation', version: `0.1.${index}` },
      ),
    noHistory,
  );
  const origin = 'installation';
  assert.deepEqual(
    history.events.filter(({ name }) => name === 'FSP'),
    [
      { number: 1, at: 1, name: 'FSP', from: null, to: installed[0], origin, version: '0.1.0' },
      { number: 3, at: 2, name: 'FSP', from: installed[0], to: installed[1], origin, version: '0.1.1' },
      { number: 4, at: 3, name: 'FSP', from: installed[1], to: installed[2], origin, version: '0.1.2' },
    ],
  );
  const same = noteProperties(history, history.values, { at: 9, origin: 'other', version: '0.1.9' });
  assert.deepEqual(same.events, history.events, 'what stays is no event');
});

test('AGENT-30: gone is lost, unless it was taken away by an assignment or a rollback', () => {
  const lost = (to: string | null, origin: PropertyOrigin) => isLoss({ name: 'FSP', to, origin });
  assert.deepEqual(
    (['installation', 'patch', 'other', 'assign', 'rollback'] as const).map((origin) => lost(null, origin)),
    [true, true, true, false, false],
  );
  assert.equal(lost('https://a.example', 'patch'), false);
  assert.equal(isLoss({ name: 'HOLD', to: null, origin: 'other' }), false, 'a hold is there to end');
});

test('AGENT-30: what an installation took away by its name is not lost; what went with it is', () => {
  const before = { values: { FSP: 'https://a.example', LOCATOR: 'https://b.example' }, events: [] };
  const told = { at: 1, origin: 'installation', version: '0.1.0' } as const;
  assert.deepEqual(
    noteProperties(before, {}, told, ['FSP']).events.map((event) => [event.name, isLoss(event)]),
    [
      ['FSP', false],
      ['LOCATOR', true],
    ],
  );
});

test('a history ends growing, and its numbers go on', () => {
  let history = noHistory;
  for (let at = 1; at <= 520; at += 1)
    history = noteProperties(
      history,
      { FSP: `https://${at}.example` },
      { at, origin: 'assign', version: '0.1.0' },
    );
  assert.deepEqual(
    [history.events.length, history.events[0]?.number, history.events.at(-1)?.number],
    [500, 21, 520],
  );
});
