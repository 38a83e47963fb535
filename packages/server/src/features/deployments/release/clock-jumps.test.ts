import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { defaultDelivery } from '@tenkai/domain';
import { deploymentRoutes, windowRoutes } from '@tenkai/protocol';
import { changeSiteSettings } from '@tenkai/protocol/api/site.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aHeartbeat, type BareAgent } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { aKnownMachine, deploy, helloScenario, report, runsOf, settle } from '@tenkai/testkit/deployed.ts';
import { putClockBack } from '@tenkai/testkit/put-clock-back.ts';
import { openRuns, wholeRun } from '@tenkai/testkit/run-reports.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { createFakeClock } from '../../../kernel/clock.ts';
import { groupSummaries } from '../groups/groups.store.ts';

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
      // Whatever comes after it, too: a machine gets one run at a time.
      for (let [order] = await openRuns(agent); order; [order] = await openRuns(agent)) {
        await report(server, agent, ...wholeRun(order));
        await settle(server);
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

const year = 365 * day;
const minute = 60_000;

/** Time as it passes, with machines that go on speaking. */
async function pass({ server, clock, agents }: Awaited<ReturnType<typeof scene>>, ms: number) {
  for (const step of [ms - 16_000, 16_000]) {
    clock.advance(step);
    for (const agent of agents) await report(server, agent, aHeartbeat());
    await settle(server);
  }
}

async function scene(t: TestContext, databaseUrl: string | undefined, names: string[], at?: string) {
  const clock = createFakeClock(at === undefined ? undefined : Date.parse(at));
  const server = await startTestServer({ ...(databaseUrl ? { databaseUrl } : {}), clock });
  atEnd(t, () => server.stop());
  // Machines that speak once an hour are not silent.
  await server.call(changeSiteSettings, { body: { heartbeatMs: day } });
  const agents: BareAgent[] = [];
  for (const name of names) agents.push(await aKnownMachine(server, name));
  const scenarioId = await helloScenario(server);
  return { server, clock, agents, subject: { kind: 'scenario' as const, scenarioId } };
}

const begunOf = async (server: TestServer, id: string) =>
  (await runsOf(server, id))
    .filter(({ delivery }) => delivery !== null)
    .map(({ machineName }) => machineName);

onBothEngines(
  'BSCN-09: who became ready while the clock was a year ahead waits its longest wait, and not a year',
  async (t, { databaseUrl }) => {
    const given = await scene(t, databaseUrl, ['a', 'b']);
    const { server, clock, subject } = given;
    clock.advance(year);
    for (const agent of given.agents) await report(server, agent, aHeartbeat());
    const delivery = { ...defaultDelivery, maxTargets: 5, maxWaitMinutes: 10 };
    const { id } = await deploy(server, { subject, delivery });
    await settle(server);
    await putClockBack(server, clock, year);
    await pass(given, 9 * minute);
    assert.deepEqual(await begunOf(server, id), []);
    const { group } = await server.call(deploymentRoutes.get, { params: { id } });
    assert.ok((group?.startsAt ?? 0) <= clock.now() + 2 * minute, 'and the console counts down to it');
    await pass(given, 2 * minute);
    assert.deepEqual((await begunOf(server, id)).sort(), ['a', 'b']);
  },
);

onBothEngines(
  'BSCN-09: a clock that jumps ahead ends the wait of a group, once',
  async (t, { databaseUrl }) => {
    const given = await scene(t, databaseUrl, ['a', 'b']);
    const { server, clock, subject } = given;
    const delivery = { ...defaultDelivery, maxTargets: 5, maxWaitMinutes: 10 };
    const { id } = await deploy(server, { subject, delivery });
    await settle(server);
    clock.advance(year);
    await pass(given, minute);
    await putClockBack(server, clock, year);
    await pass(given, 20 * minute);
    const { items } = await server.call(deploymentRoutes.waves, { params: { id } });
    // A machine that was silent for the year of the jump has to come back first: they begin together or one by one.
    assert.equal(
      items.reduce((sum, { machineCount }) => sum + machineCount, 0),
      2,
    );
    assert.deepEqual((await begunOf(server, id)).sort(), ['a', 'b']);
  },
);

onBothEngines(
  'BSRV-27: a machine that fell silent while the clock was ahead gives its slot back in time, and not in a year',
  async (t, { databaseUrl }) => {
    const given = await scene(t, databaseUrl, ['a', 'b']);
    const { server, clock, subject } = given;
    await server.call(changeSiteSettings, { body: { concurrency: 1 } });
    clock.advance(year);
    for (const agent of given.agents) await report(server, agent, aHeartbeat());
    const { id } = await deploy(server, { subject });
    await settle(server);
    const [first] = await begunOf(server, id);
    await putClockBack(server, clock, year);
    await pass(given, 4 * hour);
    const begun = await begunOf(server, id);
    assert.equal(begun.length, 2, `${first} never fetched its order, and the other one waits for the slot`);
  },
);

/** Of Berlin: 02:30 is left out on 2026-03-29 and comes twice on 2026-10-25. */
const nights = [
  ['2026-03-28T00:00:00Z', ['2026-03-28T01:30', '2026-03-29T01:00', '2026-03-30T00:30', '2026-03-31T00:30']],
  ['2026-10-24T00:00:00Z', ['2026-10-24T00:30', '2026-10-25T00:30', '2026-10-26T01:30', '2026-10-27T01:30']],
] as const;

for (const [from, starts] of nights)
  onBothEngines(
    `a deployment at 02:30 each night in Berlin starts once a night when clocks change: ${starts[1]}`,
    async (t, { databaseUrl }) => {
      const given = await scene(t, databaseUrl, ['a'], from);
      const { server, clock, agents, subject } = given;
      const rule = { every: 'day' as const, interval: 1, at: '02:30' };
      const schedule = { ...everyNoon, rule, timeZone: 'Europe/Berlin' };
      const { id } = await deploy(server, { subject, schedule });
      const nights: string[] = [];
      while (nights.length < starts.length) {
        const { nextStartAt } = await server.call(deploymentRoutes.get, { params: { id } });
        assert.ok(nextStartAt !== null && nextStartAt > clock.now());
        nights.push(new Date(nextStartAt).toISOString().slice(0, 16));
        clock.advance(nextStartAt - clock.now());
        let runs = 0;
        for (const part of [0, 30 * minute, hour]) {
          clock.advance(part);
          await settle(server);
          for (const agent of agents) {
            await report(server, agent, aHeartbeat());
            for (const order of await openRuns(agent)) {
              await report(server, agent, ...wholeRun(order));
              runs += 1;
            }
          }
        }
        assert.equal(runs, 1, nights.at(-1));
      }
      assert.deepEqual(nights, starts);
    },
  );

/** A window of 01:30 to 03:30 on the wall: an hour shorter and an hour longer on the clock is still two hours. */
const windowNights = [
  ['2026-03-28T23:00:00Z', '2026-03-29T00:30:00.000Z', '2026-03-29T02:30:00.000Z'],
  ['2026-10-24T22:00:00Z', '2026-10-24T23:30:00.000Z', '2026-10-25T01:30:00.000Z'],
] as const;

for (const [from, opens, closes] of windowNights)
  onBothEngines(
    `a maintenance window of two hours is two hours long in the night of ${opens.slice(0, 10)}, when clocks change`,
    async (t, { databaseUrl }) => {
      const given = await scene(t, databaseUrl, ['a', 'b'], from);
      const { server, clock, agents, subject } = given;
      const schedule = { ...everyNoon, rule: { ...everyNoon.rule, at: '01:30' }, timeZone: 'Europe/Berlin' };
      const windows = [{ id: 'w', name: 'night', schedule, durationMinutes: 120 }];
      await server.call(windowRoutes.replace, { params: { id: 'all' }, body: { windows } });
      const { id } = await deploy(server, { subject, respectsWindows: true });
      await settle(server);
      const [run] = await runsOf(server, id);
      assert.deepEqual(
        [run?.reason?.code, new Date(run?.waitsUntil ?? 0).toISOString()],
        ['window-closed', opens],
      );
      await pass(given, Date.parse(opens) - clock.now());
      assert.equal((await begunOf(server, id)).length, 2);
      const order = (await openRuns(agents[0] as BareAgent))[0];
      assert.equal(new Date(order?.options.windowClosesAt ?? 0).toISOString(), closes);
    },
  );

test('BSCN-09: a clock that was put back while no server ran: the group waits its longest wait from the start on', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'tenkai-clock-'));
  atEnd(t, () => rm(dataDir, { recursive: true, force: true }));
  const ahead = createFakeClock();
  ahead.advance(year);
  const first = await startTestServer({ dataDir, clock: ahead });
  const stop = atEndOnce(t, () => first.stop());
  for (const name of ['a', 'b']) await aKnownMachine(first, name);
  const scenarioId = await helloScenario(first);
  const delivery = { ...defaultDelivery, maxTargets: 5, maxWaitMinutes: 10 };
  const { id } = await deploy(first, { subject: { kind: 'scenario', scenarioId }, delivery });
  await settle(first);
  await stop();

  const clock = createFakeClock();
  const second = await startTestServer({ dataDir, clock });
  atEnd(t, () => second.stop());
  await settle(second);
  const groups = await groupSummaries(second.kernel.db.read, [id]);
  const startsAt = clock.now() + 10 * minute;
  assert.deepEqual(groups.get(id), { ready: 2, firstReadyAt: clock.now(), startsAt });
});

/** Stops what the test stops itself, and at its end what it did not come to stop. */
function atEndOnce(t: TestContext, stop: () => Promise<void>): () => Promise<void> {
  let stopped: Promise<void> | undefined;
  const once = () => {
    stopped ??= stop();
    return stopped;
  };
  atEnd(t, once);
  return once;
}
