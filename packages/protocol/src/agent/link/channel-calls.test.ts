import assert from 'node:assert/strict';
import { test } from 'node:test';
import { splitFrame } from '../channel.ts';
import { createChannelCalls } from './channel-calls.ts';

function newCalls() {
  const sent: { head: unknown; body: string | null }[] = [];
  let silences = 0;
  const calls = createChannelCalls({
    url: 'https://site',
    token: 'first',
    callBytes: 20,
    send: (text) => void sent.push(splitFrame(text)),
    onSilence() {
      silences += 1;
    },
  });
  const call = (more: object = {}) =>
    calls.carry({
      route: 'GET /x',
      body: null,
      token: 'first',
      timeoutMs: 60_000,
      signal: undefined,
      ...more,
    });
  return { calls, sent, call, silences: () => silences };
}

test('answers find their calls, in whatever order they come', async () => {
  const { calls, call, sent } = newCalls();
  const [a, b] = [call(), call({ body: '{"a":"\\n"}' })];
  calls.take({ type: 'answer', id: 2, status: 429, retryAfterSeconds: 7 }, '{"code":"slow"}');
  calls.take({ type: 'answer', id: 1, status: 200 }, '[]');
  assert.deepEqual(await a, { status: 200, text: '[]', retryAfter: undefined });
  assert.deepEqual(await b, { status: 429, text: '{"code":"slow"}', retryAfter: '7' });
  assert.deepEqual(sent, [
    { head: { type: 'call', id: 1, route: 'GET /x' }, body: null },
    { head: { type: 'call', id: 2, route: 'GET /x' }, body: '{"a":"\\n"}' },
  ]);
});

test('a token is shown when it is another one than before, and not again', () => {
  const { calls, call, sent } = newCalls();
  for (const token of ['first', 'second', 'second', 'first']) void call({ token });
  const shown = sent.map(({ head }) => (head as { token?: string }).token);
  assert.deepEqual(shown, [undefined, 'second', undefined, 'first']);
  calls.end();
});

test('what cannot go over the channel is for another connection', async () => {
  const { calls, call, sent } = newCalls();
  // Bytes count, and not characters.
  assert.equal(await call({ body: '"展開展開展開展"' }), null);
  assert.equal(sent.length, 0);
  const wanted = call();
  calls.take({ type: 'elsewhere', id: 1 }, null);
  assert.equal(await wanted, null);
  const lost = call();
  calls.end();
  assert.equal(await lost, null);
  assert.equal(await call(), null);
});

test('a call that gets no answer ends in time, and its channel is given up', async () => {
  const { call, silences } = newCalls();
  await assert.rejects(call({ timeoutMs: 1 }), { code: 'site-unreachable' });
  assert.equal(silences(), 1);
});

test('who gives up a call gets the reason at once, and the channel stays', async () => {
  const { calls, call, silences, sent } = newCalls();
  const stop = new AbortController();
  const given = call({ signal: stop.signal });
  const reason = new Error('enough');
  stop.abort(reason);
  await assert.rejects(given, reason);
  await assert.rejects(call({ signal: stop.signal }), reason);
  assert.deepEqual([silences(), sent.length], [0, 1]);
  calls.take({ type: 'answer', id: 1, status: 200 }, 'too late');
});
