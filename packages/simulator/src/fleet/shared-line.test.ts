import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SiteClient } from '@tenkai/protocol/agent/link/index.ts';
import * as Type from 'typebox';
import { shareLine } from './shared-line.ts';

/** A client whose calls end when the test says so. */
function scene(atOnce: number) {
  const underWay: { path: string; end: () => void; fail: () => void }[] = [];
  const client: SiteClient = {
    url: 'https://site',
    rootCertificate: null,
    sharedAgent: undefined,
    call: ({ path }) =>
      new Promise((resolve, reject) => {
        underWay.push({ path, end: () => resolve(path as never), fail: () => reject(new Error(path)) });
      }),
    close: () => {},
  };
  const line = shareLine(client, atOnce);
  const call = (path: string, signal?: AbortSignal) =>
    line.call({ method: 'GET', path, reply: Type.Unknown(), signal });
  return { underWay, call, paths: () => underWay.map(({ path }) => path) };
}

const turn = () => new Promise(setImmediate);

test('machines that share a line are served a few at once, in order, also after failures', async () => {
  const { underWay, call, paths } = scene(2);
  const calls = ['a', 'b', 'c', 'd'].map((path) => call(path));
  await turn();
  assert.deepEqual(paths(), ['a', 'b']);
  underWay[0]?.fail();
  await assert.rejects(calls[0] as Promise<unknown>, /a/);
  await turn();
  assert.deepEqual(paths(), ['a', 'b', 'c']);
  underWay[2]?.end();
  underWay[1]?.end();
  await turn();
  assert.deepEqual(paths(), ['a', 'b', 'c', 'd']);
  underWay[3]?.end();
  assert.deepEqual(await Promise.all(calls.slice(1)), ['b', 'c', 'd']);
});

test('a call that is given up while it waits is not made, and holds nobody up', async () => {
  const { underWay, call, paths } = scene(1);
  const stop = new AbortController();
  const first = call('a');
  const given = call('b', stop.signal);
  const last = call('c');
  stop.abort(new Error('enough'));
  await turn();
  underWay[0]?.end();
  await assert.rejects(given, /enough/);
  await turn();
  assert.deepEqual(paths(), ['a', 'c']);
  underWay[1]?.end();
  await Promise.all([first, last]);
});
