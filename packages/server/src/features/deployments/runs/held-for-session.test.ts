import assert from 'node:assert/strict';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { aKnownMachine, deploy, helloScenario, report, runsOf } from '@tenkai/testkit/deployed.ts';
import { openRuns, runReport } from '@tenkai/testkit/run-reports.ts';
import { eventually } from '@tenkai/testkit/settle.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';
import { createFakeClock } from '../../../kernel/clock.ts';

const minute = 60_000;

onBothEngines(
  'BAGT-23, BSCN-42: a run that is held for an unlocked session says why and until when, and goes on without a trace of it',
  async (t, { databaseUrl }) => {
    const clock = createFakeClock(Date.parse('2026-03-02T12:00:00Z'));
    const server = await startTestServer({ databaseUrl, clock });
    atEnd(t, () => server.stop());
    const agent = await aKnownMachine(server, 'a');
    const subject = { kind: 'scenario' as const, scenarioId: await helloScenario(server) };
    const { id } = await deploy(server, { subject });
    const order = await eventually(server, 'the order', async () => (await openRuns(agent))[0]);
    const run = async () => {
      const [found] = await runsOf(server, id);
      return [found?.status, found?.reason?.code ?? null, found?.waitsUntil];
    };
    const reason = { code: 'session-locked', params: {} };
    // The machine's clock is wrong: what counts is how long it still waits.
    const held = runReport(order, 'executing', { at: 1000, reason, waitsUntil: 1000 + 30 * minute });
    await report(server, agent, runReport(order, 'executing'), held);
    assert.deepEqual(await run(), ['executing', 'session-locked', clock.now() + 30 * minute]);
    await report(server, agent, runReport(order, 'executing', { reason, waitsUntil: null }));
    assert.deepEqual(await run(), ['executing', 'session-locked', null]);
    await report(server, agent, runReport(order, 'executing'));
    assert.deepEqual(await run(), ['executing', null, null]);
  },
);
