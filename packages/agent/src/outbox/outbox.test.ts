import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { NumberedReport } from '@tenkai/protocol/agent/link/index.ts';
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
const noGap = () => 0;
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
  const [a, b] = first.map(({ number }) => number) as [number, number];
  assert.equal(b, a + 1);
  openOutbox({ folder, now: () => clock }).put(status('c'));

  const again = openSender({ folder });
  assert.deepEqual(await again.take({ count: 2, bytes: 1 << 20 }), first);
  await again.acknowledge(a, []);
  assert.deepEqual(codes(await openSender({ folder }).take(all)), ['b'], 'first what has its number');
  await openSender({ folder }).acknowledge(b, []);
  const [c] = await openSender({ folder }).take(all);
  assert.ok(c && c.number > b);
  await openSender({ folder }).acknowledge(c.number, []);
  openOutbox({ folder, now: () => clock }).put(status('d'));
  const [d] = await openSender({ folder }).take(all);
  assert.ok(d && d.number > c.number);
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
  const sender = openSender({ folder, gap: noGap });
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

test('where the site stood at a number that is given only now, somebody else had given it: nothing is forgotten', async () => {
  const outbox = openOutbox({ folder, now: () => 1 });
  for (const code of ['a', 'b', 'c', 'd', 'e']) outbox.put(status(code));
  const sender = openSender({ folder, gap: noGap });
  const sent = await sender.take(all);
  const before = sender.name;
  await sender.acknowledge(5, [], 3);
  assert.notEqual(sender.name, before);
  assert.deepEqual(await sender.take(all), sent);
  await sender.acknowledge(5, [], 0);
  assert.deepEqual(await sender.take(all), []);
});

test('a batch whose answer was lost comes again as it was, under the same name, also after a restart', async () => {
  const outbox = openOutbox({ folder, now: () => 1 });
  for (const code of ['a', 'b']) outbox.put(status(code));
  const first = openSender({ folder });
  const batch = await first.take(all);
  const taken = batch.at(-1)?.number ?? 0;
  outbox.put(status('c'));
  assert.deepEqual(await first.take(all), batch);
  const again = openSender({ folder });
  assert.deepEqual(await again.take(all), batch);
  await again.acknowledge(taken, [], taken);
  assert.deepEqual([codes(await again.take(all)), again.name], [['c'], first.name]);
});

/** Takes each number of an outbox once, as a site does. */
function aSite() {
  const stands = new Map<string, number>();
  const told: string[] = [];
  return {
    told,
    take(name: string, batch: NumberedReport[]) {
      const takenBefore = stands.get(name) ?? 0;
      told.push(...codes(batch.filter(({ number }) => number > takenBefore)));
      stands.set(name, Math.max(takenBefore, batch.at(-1)?.number ?? 0));
      return { acknowledged: stands.get(name) ?? 0, takenBefore };
    },
  };
}

test('after a snapshot every report is told, also where batches went out of which nothing was heard', async () => {
  const lives = fc.record({
    first: fc.integer({ min: 1, max: 9 }),
    unheard: fc.array(fc.constantFrom('heard', 'lost on the way', 'lost on the way back'), { maxLength: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(lives, async ({ first, unheard }) => {
      rmSync(folder, { recursive: true, force: true });
      const site = aSite();
      const put = (code: string) => openOutbox({ folder, now: () => 1 }).put(status(code));
      const tellAll = async () => {
        const sender = openSender({ folder });
        for (let batch = await sender.take(all); batch.length > 0; batch = await sender.take(all)) {
          const { acknowledged, takenBefore } = site.take(sender.name, batch);
          await sender.acknowledge(acknowledged, [], takenBefore);
        }
      };
      put('before');
      await tellAll();
      const snapshot = `${folder}-snapshot`;
      cpSync(folder, snapshot, { recursive: true });
      for (let count = 0; count < first; count += 1) put(`one ${count}`);
      await tellAll();
      rmSync(folder, { recursive: true });
      cpSync(snapshot, folder, { recursive: true });
      rmSync(snapshot, { recursive: true });
      const second = Array.from({ length: 12 }, (_, count) => `two ${count}`);
      for (const [index, code] of second.entries()) {
        put(code);
        const way = unheard[index] ?? 'heard';
        if (way === 'heard') continue;
        const sender = openSender({ folder });
        const batch = await sender.take(all);
        if (way === 'lost on the way back') site.take(sender.name, batch);
      }
      await tellAll();
      assert.deepEqual(new Set(site.told.filter((code) => code.startsWith('two'))), new Set(second));
    }),
    { numRuns: 25, seed: 20 },
  );
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
  const sender = openSender({ folder, gap: noGap, onRejected: (...one) => void rejected.push(one) });
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
      const names = new Set<string>();
      let acknowledged = 0;
      const engine = (boundary: () => void) => {
        const outbox = openOutbox({ folder, now: () => 1, boundary });
        for (const position of [1, 2, 3])
          outbox.putOnce({ stream: 'run-1', position }, status(`p${position}`));
      };
      const service = async (boundary: () => void) => {
        const sender = openSender({ folder, boundary });
        names.add(sender.name);
        for (let batch = await sender.take({ count: 2, bytes: 9999 }); batch.length > 0; ) {
          const takenBefore = acknowledged;
          for (const { number, report } of batch) {
            if (number <= acknowledged) continue;
            server.set(number, codes([{ report }])[0] ?? '');
            acknowledged = number;
          }
          await sender.acknowledge(acknowledged, [], takenBefore);
          names.add(sender.name);
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
      assert.equal(names.size, 1, 'what comes again is of the same life');
      assert.deepEqual(readdirSync(join(folder, 'numbered')), []);
      assert.ok(openOutbox({ folder, now: () => 1 }).isAcknowledged('run-1', 3));
    }),
    { numRuns: 60, seed: 20 },
  );
});
