import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SiteClient, SiteRequest } from '@tenkai/protocol/agent/link/index.ts';
import * as Type from 'typebox';
import { profiles } from '../profiles/profiles.ts';
import { lateClient } from './late-client.ts';

const request: SiteRequest<Type.TString> = { method: 'GET', path: '/', reply: Type.String() };

/** Waits that end when the test says so. */
function heldBack() {
  const waits: { readonly ms: number; readonly act: () => void }[] = [];
  const after = (ms: number, act: () => void) => {
    const wait = { ms, act };
    waits.push(wait);
    return () => void waits.splice(waits.indexOf(wait), waits.includes(wait) ? 1 : 0);
  };
  return { waits, after };
}

function clientOf(name: 'flaky' | 'office', speed = 1) {
  const profile = profiles[name];
  assert.ok(profile);
  const calls: string[] = [];
  const call = async ({ path }: { path: string }) => {
    calls.push(path);
    return 'answer' as never;
  };
  const site: SiteClient = { url: '', rootCertificate: null, sharedAgent: undefined, call, close() {} };
  const held = heldBack();
  const plan = { seed: 7, profile, speed };
  return { ...held, calls, client: lateClient({ plan, after: held.after, index: 3 }, site) };
}

test('what a machine on a slow line asks leaves late: other times for each call, the same for the same seed', async () => {
  const timesOf = async (speed: number) => {
    const { client, waits, calls } = clientOf('flaky', speed);
    const times: number[] = [];
    for (let n = 1; n <= 20; n += 1) {
      const answer = client.call(request);
      assert.equal(calls.length, n - 1, 'nothing left before its time');
      const [wait] = waits;
      times.push(wait?.ms ?? -1);
      wait?.act();
      assert.equal(await answer, 'answer');
      assert.equal(waits.length, 0);
    }
    return times;
  };
  const times = await timesOf(1);
  assert.equal(new Set(times).size, 20);
  assert.ok(times.every((ms) => ms >= 0 && ms < 10_000) && Math.max(...times) > 5000, String(times));
  assert.deepEqual(await timesOf(1), times);
  const [fast = 0] = await timesOf(10);
  assert.ok(Math.abs(fast * 10 - (times[0] ?? 0)) < 1e-6);
});

test('a call that is called off while it waits never leaves, and leaves nothing behind', async () => {
  const { client, waits, calls } = clientOf('flaky');
  const control = new AbortController();
  const answer = client.call({ ...request, signal: control.signal });
  control.abort(new Error('the line is cut'));
  await assert.rejects(answer, /the line is cut/);
  await assert.rejects(client.call({ ...request, signal: control.signal }), /the line is cut/);
  assert.deepEqual([waits.length, calls.length], [0, 0]);
});

test('where the profile says nothing of it, calls leave at once', async () => {
  const { client, waits, calls } = clientOf('office');
  await client.call(request);
  assert.deepEqual([waits.length, calls.length], [0, 1]);
});
