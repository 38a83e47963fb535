/** Upgrades that fail, machines that are lost in them, and what the next version of the server takes over. */
import assert from 'node:assert/strict';
import { agentPackageId, ownAgentDraft } from '@tenkai/domain';
import { updateRoutes } from '@tenkai/protocol';
import { aWholeInventory, type BareAgent } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { failedRun, openRuns, wholeRun } from '@tenkai/testkit/run-reports.ts';
import { eventually, settle } from '@tenkai/testkit/settle.ts';
import { serverVersion } from '../../kernel/version.ts';
import {
  comesUp,
  inventory,
  minute,
  ofDebian,
  old,
  orderFor,
  pass,
  type Site,
  site,
  untilState,
  upgradeOf,
  upToDate,
} from './agent-upgrade-for-test.ts';

onBothEngines(
  'BAGT-07: failures are tried again with a growing rest until it is done, and the site shows tries and the last error',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    await upToDate(given);
    const agent = await comesUp(given, 'old', old);
    await pass(given, 11 * minute);
    const rests: number[] = [];
    for (let tries = 1; tries <= 5; tries++) {
      const order = await orderFor(given, agent);
      await agent.report(failedRun(order, 'content-unreachable'));
      const row = await untilState(given, agent, 'failed');
      assert.deepEqual(
        [row.state, row.reason, row.attempts, row.lastError?.code],
        [
          'failed',
          { code: 'agent-upgrade-pending', params: { attempts: tries } },
          tries,
          'content-unreachable',
        ],
      );
      assert.ok(row.until !== null);
      const rest = row.until - given.clock.now();
      rests.push(Math.round(rest / minute));
      await pass(given, rest - 20_000);
      assert.deepEqual(await openRuns(agent), [], 'not before its time');
      await pass(given, 20_000);
    }
    assert.deepEqual(rests, [5, 10, 20, 40, 80], 'never held, unlike other packages');
    const order = await orderFor(given, agent);
    await agent.report(...wholeRun(order));
    await agent.report(aWholeInventory(inventory('old', serverVersion)));
    const { attempts, lastError } = await untilState(given, agent, 'applied');
    assert.deepEqual([attempts, lastError], [0, null]);
  },
);

onBothEngines(
  'BAGT-07: a machine that is lost in the upgrade counts against it and stops it; one that could not fetch it does not',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const { call } = given.server;
    await call(updateRoutes.setPolicy, { body: { failureSample: 1, failureLimitPercent: 0 } });
    await upToDate(given);
    const agent = await comesUp(given, 'old', old);
    await pass(given, 11 * minute);
    const heldBy = async () => {
      const { items } = await call(updateRoutes.packages);
      return items.find(({ packageId }) => packageId === agentPackageId)?.held?.code ?? null;
    };
    await agent.report(failedRun(await orderFor(given, agent), 'content-unreachable'));
    await untilState(given, agent, 'failed');
    assert.equal(await heldBy(), null);
    await pass(given, 6 * minute);
    const started = wholeRun(await orderFor(given, agent)).slice(0, 3);
    assert.equal(started.at(-1)?.kind, 'step-started');
    await agent.report(...started);
    await settle(given.server);
    await pass(given, 3 * 60 * minute);
    await eventually(given.server, 'the halt', async () => (await heldBy()) === 'update-halted');
    assert.equal((await upgradeOf(given, agent)).lastError?.code, 'timed-out');
  },
);

onBothEngines(
  'BAGT-06: the next version of the server leaves holds that people decided; halts, tries and errors of the last one end',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const { call, app, kernel } = given.server;
    await upToDate(given);
    const [one, two] = [await comesUp(given, 'one', old), await comesUp(given, 'two', old)];
    await pass(given, 11 * minute);
    await agentFails(given, two);
    const hold = { packageId: agentPackageId, note: 'ticket 7' };
    await call(updateRoutes.hold, { body: { ...hold, machineIds: [one.machineId] } });
    await call(updateRoutes.hold, { body: hold });
    const nextServer = async (version: string) => {
      const draft = ownAgentDraft({ ...ofDebian, version });
      const programs = draft.programs.map((program) => ({ ...program, executable: null }));
      await app.packages.saveOwn({ draft: { ...draft, programs }, contentId: null });
      await settle(given.server);
    };
    await nextServer('99.1');
    await pass(given, 24 * 60 * minute);
    for (const agent of [one, two]) {
      assert.deepEqual(await openRuns(agent), []);
      const { reason, attempts, lastError } = await upgradeOf(given, agent);
      assert.deepEqual([reason?.code, attempts, lastError], ['update-package-held', 0, null]);
    }
    // What the last version was stopped for says nothing of the next one.
    const halted = JSON.stringify({ code: 'update-halted', params: { failed: 1, ended: 1, ring: 1 } });
    await kernel.db.transaction((tx) =>
      tx.run('UPDATE updates_packages SET held = ? WHERE package_id = ?', [halted, agentPackageId]),
    );
    await nextServer('99.2');
    await orderFor(given, two);
    assert.equal((await untilState(given, one, 'held')).reason?.code, 'update-held');
  },
);

async function agentFails(given: Site, agent: BareAgent) {
  await agent.report(failedRun(await orderFor(given, agent)));
  const { attempts, lastError } = await untilState(given, agent, 'failed');
  assert.deepEqual([attempts, lastError?.code], [1, 'exit-code']);
}
