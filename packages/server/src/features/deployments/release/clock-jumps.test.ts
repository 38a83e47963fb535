import assert from 'node:assert/strict';
import { deploymentRoutes, windowRoutes } from '@tenkai/protocol';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aHeartbeat } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { aKnownMachine, deploy, helloScenario, report, runsOf, settle } from '@tenkai/testkit/deployed.ts';
import { openRuns, wholeRun } from '@tenkai/testkit/run-reports.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';
import { createFakeClock } from '../../../kernel/clock.ts';

const hour = 3_600_000;
const day = 24 * hour;
const everyNoon = {
  kind: 'recurring' as const,
  rule: { every: 'day' as const, interval: 1, at: '12:00' },
  timeZone: 'UTC',
  startsAt: '2026-01-01T00:00:00Z',
};

/** The fake clock begins at 2026-01-05T09:00Z. */
onBothEngines(
  'a recurring deployment starts once, whether the clock jumps back, or over several of its times',
  async (t, { databaseUrl }) => {
    const clock = createFakeClock();
    const server = await startTestServer({ databaseUrl, clock });
    atEnd(t, () => server.stop());
    const agent = await aKnownMachine(server, 'a');
    const scenarioId = await helloScenario(server);
    const { id } = await deploy(server, { subject: { kind: 'scenario', scenarioId }, schedule: everyNoon });
    let done = 0;
    const jump = async (ms: number) => {
      clock.advance(ms);
      await settle(server);
      await report(server, agent, aHeartbeat());
      for (const order of await openRuns(agent)) {
        await report(server, agent, ...wholeRun(order));
        done += 1;
      }
      const { nextStartAt } = await server.call(deploymentRoutes.get, { params: { id } });
      return [done, new Date(nextStartAt ?? 0).toISOString()];
    };
    assert.deepEqual(await jump(2 * hour), [0, '2026-01-05T12:00:00.000Z']);
    assert.deepEqual(await jump(2 * hour), [1, '2026-01-06T12:00:00.000Z']);
    assert.deepEqual(await jump(-3 * hour), [1, '2026-01-06T12:00:00.000Z'], 'it is not started again');
    assert.deepEqual(await jump(4 * hour), [1, '2026-01-06T12:00:00.000Z'], 'and not when noon comes again');
    assert.deepEqual(
      await jump(5 * day),
      [2, '2026-01-11T12:00:00.000Z'],
      'what was missed is made good once',
    );
    assert.deepEqual(await jump(-30 * day), [2, '2026-01-11T12:00:00.000Z']);
    assert.deepEqual(await jump(32 * day), [3, '2026-01-13T12:00:00.000Z']);
  },
);

onBothEngines(
  'a run that waits for its window begins in the one to which the clock jumps, and waits again where it jumps out',
  async (t, { databaseUrl }) => {
    const clock = createFakeClock();
    const server = await startTestServer({ databaseUrl, clock });
    atEnd(t, () => server.stop());
    const agent = await aKnownMachine(server, 'a');
    const windows = [{ id: 'w', name: 'noon', schedule: everyNoon, durationMinutes: 120 }];
    await server.call(windowRoutes.replace, { params: { id: 'all' }, body: { windows } });
    const scenarioId = await helloScenario(server);
    const { id } = await deploy(server, {
      subject: { kind: 'scenario', scenarioId },
      respectsWindows: true,
    });
    /** What the run says once the site has met the clock; its worker sleeps for 15 seconds at most. */
    const after = async (ms: number, expected: [string, string | null]) => {
      clock.advance(ms);
      let said: unknown;
      for (let tries = 0; tries < 20; tries += 1) {
        clock.advance(15_000);
        await settle(server);
        await report(server, agent, aHeartbeat());
        const [run] = await runsOf(server, id);
        const until = run?.waitsUntil ?? null;
        said = [run?.reason?.code, until === null ? null : new Date(until).toISOString()];
        if (JSON.stringify(said) === JSON.stringify(expected)) return;
      }
      assert.deepEqual(said, expected);
    };
    await after(0, ['window-closed', '2026-01-05T12:00:00.000Z']);
    await after(6 * hour, ['window-closed', '2026-01-06T12:00:00.000Z']);
    await after(-5 * hour, ['window-closed', '2026-01-05T12:00:00.000Z']);
    await after(2 * hour, ['machine-has-not-fetched', null]);
  },
);
