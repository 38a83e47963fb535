import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { Report } from '@tenkai/protocol/agent/reports.ts';
import fc from 'fast-check';
import { openOutbox } from './outbox.ts';
import { openSender } from './sender.ts';

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'tenkai-outbox-')), 'outbox');
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

const all = { count: 500, bytes: 1 << 20 };
const status = (code: string): Report => ({ kind: 'status', severity: 'info', code, params: {}, at: 1 });
const codes = (reports: { report: Report }[]) =>
  reports.map(({ report }) => (report.kind === 'status' ? report.code : report.kind));

test('reports keep their order and their numbers until they are acknowledged, over restarts', async () => {
  let clock = 1000;
  const outbox = openOutbox({ folder, now: () => clock });
  outbox.put(status('a'));
  clock = 10; // The clock was set back.
  outbox.put(status('b'));
  const first = await openSender({ folder }).take(all);
  assert.deepEqual(codes(first), ['a', 'b']);
  assert.deepEqual(
    first.map(({ number }) => number),
    [1, 2],
  );
  openOutbox({ folder, now: () => clock }).put(status('c'));

  const again = openSender({ folder });
  assert.deepEqual(await again.take({ count: 2, bytes: 1 << 20 }), first);
  await again.acknowledge(1, []);
  assert.deepEqual(codes(await openSender({ folder }).take(all)), ['b', 'c']);
  await openSender({ folder }).acknowledge(3, []);
  openOutbox({ folder, now: () => clock }).put(status('d'));
  assert.deepEqual(
    (await openSender({ folder }).take(all)).map(({ number }) => number),
    [4],
  );
});

test('the name of the outbox stays, and a wiped one has another', async () => {
  openOutbox({ folder, now: () => 1 });
  const { name } = openSender({ folder });
  assert.equal(openSender({ folder }).name, name);
  rmSync(folder, { recursive: true });
  openOutbox({ folder, now: () => 1 });
  assert.notEqual(openSender({ folder }).name, name);
});

test('numbers that it never gave were somebody else’s: all that waits goes on under another name, and nothing is lost', async () => {
  const outbox = openOutbox({ folder, now: () => 1 });
  const sender = openSender({ folder });
  outbox.put(status('a'));
  outbox.put(status('b'));
  const sent = await sender.take(all);
  const before = sender.name;
  await sender.acknowledge(7, []);
  assert.notEqual(sender.name, before);
  assert.equal(openSender({ folder }).name, sender.name);
  assert.deepEqual(await sender.take(all), sent);
  await sender.acknowledge(2, []);
  assert.deepEqual([await sender.take(all), openSender({ folder }).name], [[], sender.name]);
});

test('a heartbeat takes the place of the one that was not sent', async () => {
  const outbox = openOutbox({ folder, now: () => 1 });
  outbox.replace('heartbeat', status('old'));
  outbox.put(status('between'));
  outbox.replace('heartbeat', status('new'));
  assert.deepEqual(codes(await openSender({ folder }).take(all)), ['between', 'new']);
});

test('a batch is limited by count and by bytes, but never empty', async () => {
  const outbox = openOutbox({ folder, now: () => 1 });
  for (const code of ['a', 'b', 'c']) outbox.put(status(code));
  const sender = openSender({ folder });
  assert.deepEqual(codes(await sender.take({ count: 2, bytes: 1 << 20 })), ['a', 'b']);
  assert.deepEqual(codes(await sender.take({ count: 9, bytes: 1 })), ['a']);
});

test('a rejected report is kept aside, its number is not used again', async () => {
  const outbox = openOutbox({ folder, now: () => 1 });
  outbox.put(status('a'));
  outbox.put(status('bad'));
  const rejected: [number, string][] = [];
  const sender = openSender({ folder, onRejected: (...one) => void rejected.push(one) });
  await sender.take(all);
  await sender.acknowledge(1, [{ number: 2, code: 'invalid-request' }]);
  assert.deepEqual(rejected, [[2, 'invalid-request']]);
  assert.equal(readdirSync(join(folder, 'rejected')).length, 1);
  outbox.put(status('c'));
  assert.deepEqual(
    (await sender.take(all)).map(({ number }) => number),
    [3],
  );
});

class Crash extends Error {}

/** Ends an act at the n-th boundary, as a killed process would. */
function crashAt(n: number) {
  let seen = 0;
  return () => {
    seen += 1;
    if (seen === n) throw new Crash();
  };
}

async function untilCrash(act: () => unknown) {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
  }
}

test('whatever the moment of a crash, the server takes each report of a stream exactly once', async () => {
  const crashes = fc.array(fc.record({ engine: fc.nat(6), service: fc.nat(5) }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(crashes, async (plan) => {
      rmSync(folder, { recursive: true, force: true });
      const server = new Map<number, string>();
      let acknowledged = 0;
      const engine = (boundary: () => void) => {
        const outbox = openOutbox({ folder, now: () => 1, boundary });
        for (const position of [1, 2, 3])
          outbox.putOnce({ stream: 'run-1', position }, status(`p${position}`));
      };
      const service = async (boundary: () => void) => {
        const sender = openSender({ folder, boundary });
        for (let batch = await sender.take({ count: 2, bytes: 9999 }); batch.length > 0; ) {
          for (const { number, report } of batch) {
            if (number <= acknowledged) continue;
            assert.equal(number, acknowledged + 1);
            server.set(number, codes([{ report }])[0] ?? '');
            acknowledged = number;
          }
          await sender.acknowledge(acknowledged, []);
          batch = await sender.take({ count: 2, bytes: 9999 });
        }
      };
      for (const crash of plan) {
        await untilCrash(() => engine(crashAt(crash.engine)));
        await untilCrash(() => service(crashAt(crash.service)));
      }
      engine(() => {});
      await service(() => {});
      assert.deepEqual([...server.values()], ['p1', 'p2', 'p3']);
      assert.deepEqual(readdirSync(join(folder, 'numbered')), []);
      assert.ok(openOutbox({ folder, now: () => 1 }).isAcknowledged('run-1', 3));
    }),
    { numRuns: 60, seed: 20 },
  );
});
