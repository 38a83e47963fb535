import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { changeSiteSettings } from '@tenkai/protocol/api/site.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aHeartbeat, aWholeInventory, type BareAgent, enrolledAgent } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { anInventory } from '@tenkai/testkit/builders.ts';
import { aCollection, createCollection } from '@tenkai/testkit/collections.ts';
import { putClockBack } from '@tenkai/testkit/put-clock-back.ts';
import { failedRun, openRuns, wholeRun } from '@tenkai/testkit/run-reports.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';
import { createFakeClock } from '../../kernel/clock.ts';
import { loadPairs, loadPolicy } from './updates.store.ts';
import { minute, policy, publish, type Site, settle, site } from './updates-for-test.ts';

const hour = 60 * minute;
const year = 365 * 24 * hour;

async function scene(t: TestContext, databaseUrl: string | undefined, at: string): Promise<Site> {
  const given = await site(t, databaseUrl, Date.parse(at));
  // Machines that speak once an hour are not silent.
  await given.server.call(changeSiteSettings, { body: { heartbeatMs: 24 * hour } });
  return given;
}

async function machine(given: Site, name: string): Promise<BareAgent> {
  const agent = await enrolledAgent(given.server, { name });
  await agent.report(aWholeInventory({ ...anInventory(), network: { hostname: name, interfaces: [] } }));
  await agent.report(aHeartbeat({ bootId: 'boot-1' }));
  given.awake.set(agent, 'boot-1');
  given.clock.advance(1000);
  await settle(given);
  return agent;
}

async function restart(given: Site, agent: BareAgent, bootId: string) {
  given.awake.set(agent, bootId);
  await agent.report(aHeartbeat({ state: 'starting', bootId }), aHeartbeat({ state: 'running', bootId }));
  await settle(given);
}

async function shutDown(given: Site, agent: BareAgent) {
  const bootId = given.awake.get(agent) ?? '';
  given.awake.delete(agent);
  await agent.report(aHeartbeat({ state: 'shutting-down', bootId }));
  await settle(given);
}

async function putBack(given: Site, ms: number) {
  await putClockBack(given.server, given.clock, ms);
  await settle(given);
}

/** Time as it passes, with machines that go on speaking. */
async function pass(given: Site, ms: number) {
  for (const step of [ms - 16_000, 16_000]) {
    given.clock.advance(step);
    for (const [agent, bootId] of given.awake) await agent.report(aHeartbeat({ bootId }));
    await settle(given);
  }
}

/** A machine of which the first ring is made, and one of the rest. */
async function pilotFirst(given: Site, soakMinutes: number) {
  const [pilot, other] = [await machine(given, 'pilot'), await machine(given, 'other')];
  const rules = [{ kind: 'direct' as const, machineIds: [pilot.machineId] }];
  const { id: collectionId } = await createCollection(given.server, aCollection('Pilots', { rules }));
  await settle(given);
  await policy(given, { rings: [{ collectionId, successPercent: 100, soakMinutes }] });
  return { pilot, other };
}

const hasOrder = async (agent: BareAgent) => (await openRuns(agent)).length > 0;

async function succeed(given: Site, agent: BareAgent) {
  for (const order of await openRuns(agent)) await agent.report(...wholeRun(order));
  await settle(given);
}

onBothEngines(
  'BAUT-04: a package that came while the clock was a year ahead goes at the next set time of the right clock',
  async (t, { databaseUrl }) => {
    const given = await scene(t, databaseUrl, '2027-01-05T20:00:00Z');
    await policy(given, { time: '22:00', timeZone: 'UTC' });
    const agent = await machine(given, 'a');
    await publish(given, { urgency: 'high' });
    await putBack(given, year);
    await pass(given, 119 * minute);
    assert.equal(await hasOrder(agent), false, 'not before the set time');
    await pass(given, 2 * minute);
    assert.equal(await hasOrder(agent), true);
    await succeed(given, agent);
    await pass(given, 24 * hour);
    assert.equal(await hasOrder(agent), false, 'and once');
  },
);

onBothEngines(
  'BAUT-06, BAUT-08: a start while the clock was ahead delays by the start delay, and not by the error of the clock',
  async (t, { databaseUrl }) => {
    const given = await scene(t, databaseUrl, '2027-01-05T20:00:00Z');
    await policy(given, { startDelayMinutes: 30 });
    const agent = await machine(given, 'a');
    await shutDown(given, agent);
    await publish(given, { urgency: 'highest' });
    await restart(given, agent, 'boot-2');
    await putBack(given, year);
    await pass(given, 31 * minute);
    assert.equal(await hasOrder(agent), true);
  },
);

onBothEngines(
  'BAUT-27: a failure while the clock was ahead is tried again after its pause, and not in a year',
  async (t, { databaseUrl }) => {
    const given = await scene(t, databaseUrl, '2027-01-05T20:00:00Z');
    await policy(given, { attempts: 3, retryMinutes: 60, failureLimitPercent: 100 });
    const agent = await machine(given, 'a');
    await publish(given, { urgency: 'highest' });
    const [order] = await openRuns(agent);
    assert.ok(order);
    await agent.report(failedRun(order));
    await settle(given);
    await putBack(given, year);
    await pass(given, 59 * minute);
    assert.equal(await hasOrder(agent), false);
    await pass(given, 3 * minute);
    assert.equal(await hasOrder(agent), true);
  },
);

onBothEngines(
  'BAUT-25: a pilot that succeeded while the clock was ahead soaks for its time, and not for a year',
  async (t, { databaseUrl }) => {
    const given = await scene(t, databaseUrl, '2027-01-05T20:00:00Z');
    const { pilot, other } = await pilotFirst(given, 60);
    await publish(given, { urgency: 'highest' });
    await succeed(given, pilot);
    await pass(given, minute);
    await putBack(given, year);
    await pass(given, 59 * minute);
    assert.equal(await hasOrder(other), false, 'it soaks');
    await pass(given, 3 * minute);
    assert.equal(await hasOrder(other), true);
  },
);

onBothEngines(
  'BAUT-25: a package that came while the clock was ahead does not stop at its pilots',
  async (t, { databaseUrl }) => {
    const given = await scene(t, databaseUrl, '2027-01-05T20:00:00Z');
    const { pilot, other } = await pilotFirst(given, 0);
    await shutDown(given, pilot);
    await publish(given, { urgency: 'highest' });
    await putBack(given, year);
    await pass(given, minute);
    await restart(given, pilot, 'boot-2');
    await pass(given, 2 * hour);
    await succeed(given, pilot);
    await pass(given, minute);
    assert.equal(await hasOrder(other), true);
  },
);

onBothEngines(
  'BAUT-04: a clock that jumps over the set time makes up for it once, and one that goes back does not repeat it',
  async (t, { databaseUrl }) => {
    const given = await scene(t, databaseUrl, '2026-01-05T20:00:00Z');
    await policy(given, { time: '22:00', timeZone: 'UTC' });
    const agent = await machine(given, 'a');
    await publish(given, { urgency: 'high' });
    given.clock.advance(3 * 24 * hour + 5 * hour);
    await settle(given);
    await pass(given, minute);
    assert.equal(await hasOrder(agent), true);
    await succeed(given, agent);
    await putBack(given, 4 * hour);
    await pass(given, 3 * hour);
    assert.equal(await hasOrder(agent), false);
  },
);

/** Of Berlin: clocks went forward on 2026-03-29 at 01:00Z (02:00 became 03:00) and back on 2026-10-25 at 01:00Z. */
const nights = [
  { name: 'in spring, when 02:30 is left out', from: '2026-03-28T23:00:00Z', setAt: '2026-03-29T01:00:00Z' },
  { name: 'in autumn, when 02:30 comes twice', from: '2026-10-24T23:00:00Z', setAt: '2026-10-25T00:30:00Z' },
] as const;

for (const { name, from, setAt } of nights)
  onBothEngines(`BAUT-04: a set time of 02:30 in Berlin comes once: ${name}`, async (t, { databaseUrl }) => {
    const given = await scene(t, databaseUrl, from);
    await policy(given, { time: '02:30', timeZone: 'Europe/Berlin' });
    const agent = await machine(given, 'a');
    await publish(given, { urgency: 'high' });
    await pass(given, Date.parse(setAt) - given.clock.now() - minute);
    assert.equal(await hasOrder(agent), false, 'a minute too early');
    await pass(given, 2 * minute);
    assert.equal(await hasOrder(agent), true);
    await succeed(given, agent);
    await publish(given, { id: 'second', urgency: 'high' });
    await pass(given, 3 * hour);
    assert.equal(await hasOrder(agent), false, 'what came after it waits for tomorrow');
  });

test('BAUT-06: a clock that was put back while no server ran: a start under the wrong one delays by the start delay', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'tenkai-clock-'));
  atEnd(t, () => rm(dataDir, { recursive: true, force: true }));
  const ahead = createFakeClock(Date.parse('2027-01-05T20:00:00Z'));
  const first = await startTestServer({ dataDir, clock: ahead });
  let isStopped = false;
  atEnd(t, async () => {
    if (!isStopped) await first.stop();
  });
  const given: Site = { server: first, clock: ahead, awake: new Map() };
  await settle(given);
  const agent = await machine(given, 'a');
  await shutDown(given, agent);
  await publish(given, { urgency: 'highest' });
  await restart(given, agent, 'boot-2');
  await first.stop();
  isStopped = true;

  const clock = createFakeClock(Date.parse('2026-01-05T20:00:00Z'));
  const second = await startTestServer({ dataDir, clock });
  atEnd(t, () => second.stop());
  await settle({ server: second, clock, awake: new Map() });
  const [pair] = await loadPairs(second.kernel.db.read, [agent.machineId]);
  assert.equal(pair?.state, 'waiting-start');
  const { startDelayMinutes } = await loadPolicy(second.kernel.db.read);
  assert.ok(
    pair.until !== null && pair.until <= clock.now() + startDelayMinutes * minute,
    String(pair.until),
  );
});
