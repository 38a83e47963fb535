import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import fc from 'fast-check';
import { planAddresses, splitFleet } from './split.ts';
import { openNotebook, openStateFolder } from './state-folder.ts';
import { createWheel } from './wheel.ts';

const limits = { ports: 28_232 };

test('processes share a fleet without gap and without overlap', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 150_000 }), fc.integer({ min: 1, max: 64 }), (count, processes) => {
      const ranges = splitFleet(count, processes);
      let next = 0;
      for (const { from, to } of ranges) {
        assert.equal(from, next);
        assert.ok(to > from);
        next = to;
      }
      assert.equal(next, count);
      const sizes = ranges.map(({ from, to }) => to - from);
      assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1);
    }),
  );
});

test('source addresses lie on loopback, a hundred machines each; elsewhere ports are counted', () => {
  const of = planAddresses({ count: 150_000, host: 'localhost', isLoopback: true, limits });
  const addresses = new Map<string | null, number>();
  for (let index = 0; index < 150_000; index += 1)
    addresses.set(of(index), (addresses.get(of(index)) ?? 0) + 1);
  assert.equal(addresses.size, 1500);
  assert.deepEqual(new Set(addresses.values()), new Set([100]));
  for (const address of addresses.keys())
    assert.match(address ?? '', /^127\.1\.\d\.([1-9]\d?|1\d\d|2[0-4]\d|250)$/);
  const elsewhere = { count: 20_000, host: 'site.example', isLoopback: false, limits };
  assert.equal(planAddresses(elsewhere)(5), null);
  assert.throws(() => planAddresses({ ...elsewhere, count: 30_000 }), {
    code: 'simulator-too-many-machines',
  });
});

async function makeFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tenkai-state-'));
  atEnd(t, () => rm(folder, { recursive: true, force: true }));
  return join(folder, 'fleet');
}

const identity = { url: 'https://localhost:1', seed: 7, profile: 'office' };

test('a second start is the same fleet: keys and what each process wrote of its machines', async (t) => {
  const path = await makeFolder(t);
  const first = await openStateFolder(path, identity);
  const memories = new Map(
    [0, 1, 2].map((index) => [
      index,
      { machineId: `m${index}`, boots: 1, isOn: true, receivedBytes: 0, installed: {} },
    ]),
  );
  const notebook = openNotebook(path, 0, (index) => memories.get(index));
  for (const index of memories.keys()) notebook.note(index);
  await notebook.flush();
  memories.set(1, { machineId: 'm1', boots: 4, isOn: false, receivedBytes: 1e9, installed: {} });
  notebook.note(1);
  await notebook.flush();
  await appendFile(join(path, 'part-0.jsonl'), '{"index":2,"machi');
  first.close();
  const second = await openStateFolder(path, identity);
  atEnd(t, second.close);
  assert.equal(second.identity.secret, first.identity.secret);
  assert.deepEqual(new Map(second.machines), memories);
  assert.deepEqual(
    (await readdir(path)).filter((name) => name.startsWith('part')),
    [],
  );
  assert.equal((await stat(join(path, 'fleet.json'))).mode & 0o077, 0);
});

test('a folder of another fleet, or of a running one, is refused', async (t) => {
  const path = await makeFolder(t);
  const first = await openStateFolder(path, identity);
  await assert.rejects(openStateFolder(path, identity), { code: 'simulator-state-in-use' });
  first.close();
  await assert.rejects(openStateFolder(path, { ...identity, seed: 8 }), { code: 'simulator-state-foreign' });
  (await openStateFolder(path, identity)).close();
});

test('the wheel: everything in its time, in order, and nothing that was called off', async () => {
  let now = 0;
  const wheel = createWheel(() => now);
  const done: string[] = [];
  const cancelled = wheel.after(50, () => done.push('cancelled'));
  wheel.after(90, () => done.push('late'));
  wheel.after(20, () => {
    done.push('early');
    wheel.after(10, () => done.push('chained'));
  });
  wheel.after(50, () => done.push('middle'));
  cancelled();
  cancelled();
  assert.equal(wheel.size(), 3);
  for (now = 10; now <= 200 || wheel.size() > 0; now += 10)
    await new Promise((resolve) => setTimeout(resolve, 12));
  assert.deepEqual(done, ['early', 'chained', 'middle', 'late']);
  assert.equal(wheel.size(), 0);
  wheel.stop();
});
