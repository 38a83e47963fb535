import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { enrolledAgent } from '@tenkai/testkit/bare-agent.ts';
import { dumpTables } from '@tenkai/testkit/dump-tables.ts';
import { refusedWith } from '@tenkai/testkit/refused.ts';
import { settle } from '@tenkai/testkit/settle.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';
import { createFakeClock } from '../../../kernel/clock.ts';

const aRun = (runId: string, bytesDone: number) => ({
  runId,
  attempt: 1,
  index: 0,
  bytesDone,
  bytesTotal: 100,
  bytesPerSecond: 5.5,
});

test('the latest figures of a run are told and kept in memory only, for its own machine', async (t) => {
  const clock = createFakeClock();
  const server = await startTestServer({ clock });
  atEnd(t, () => server.stop());
  const told: unknown[] = [];
  server.kernel.events.on('machines.progress', ({ payload }) => void told.push(payload));
  const { progressOf } = server.app.machines;
  const [one, two] = [
    await enrolledAgent(server, { name: 'one' }),
    await enrolledAgent(server, { name: 'two' }),
  ];
  await Promise.all([one.bearer(), two.bearer()]);
  await settle(server);
  const before = await dumpTables(server.kernel.db);
  await one.call('POST', agentPaths.progress, { runs: [aRun('r1', 10)] });
  await one.call('POST', agentPaths.progress, { runs: [aRun('r1', 20), aRun('r2', 1)] });
  await two.call('POST', agentPaths.progress, { runs: [aRun('r1', 99)] });
  assert.equal(progressOf(one.machineId, 'r1')?.bytesDone, 20);
  assert.equal(progressOf(one.machineId, 'r3'), undefined);
  await server.kernel.events.idle();
  assert.equal(told.length, 3);
  assert.deepEqual(told[0], { machineId: one.machineId, runs: [aRun('r1', 10)] });
  await assert.rejects(
    one.call('POST', agentPaths.progress, { runs: [{ runId: 'r1' }] }),
    refusedWith('invalid-request', 422),
  );
  await assert.rejects(
    one.call('POST', agentPaths.progress, { runs: [aRun('r1', -1)] }),
    refusedWith('invalid-request', 422),
  );
  assert.deepEqual(await dumpTables(server.kernel.db), before);
  clock.advance(61_000);
  assert.equal(progressOf(one.machineId, 'r1'), undefined, 'what is old says nothing about now');
});
