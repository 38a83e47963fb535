import assert from 'node:assert/strict';
import { packageRoutes, scenarioRoutes } from '@tenkai/protocol';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import type { RunOrder } from '@tenkai/protocol/agent/orders.ts';
import type { ReportReply } from '@tenkai/protocol/agent/reports.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import type { BareAgent } from '@tenkai/testkit/bare-agent.ts';
import { aHeartbeat } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { aScenario, aStepResult } from '@tenkai/testkit/builders.ts';
import { aKnownMachine, deploy, settle } from '@tenkai/testkit/deployed.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { openRuns } from '@tenkai/testkit/run-reports.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import fc from 'fast-check';
import { createFakeClock } from '../../../kernel/clock.ts';
import type { Param, Tx } from '../../../kernel/database/database.ts';

const rounds = 12;
const machinesARound = 3;

/** What a machine may say, true or not, of its own run or of another's. */
const saying = fc.record({
  what: fc.constantFrom(
    'received',
    'delivering',
    'delivered',
    'executing',
    'verifying',
    'restarting',
    'shutting-down',
    'staged',
    'cancelled',
    'refused',
    'well',
    'badly',
    'step-started',
    'step-done',
    'step-failed',
    'heartbeat',
    'status',
    'nonsense',
  ),
  attempt: fc.constantFrom(1, 1, 1, 2),
  step: fc.constantFrom(0, 0, 1, 7),
  ofAnother: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
});
type Saying = typeof saying extends fc.Arbitrary<infer T> ? T : never;

/** A batch of one machine; some of what it holds has come before. A heartbeat alone would go a way of its own. */
const batch = fc.record({
  machine: fc.integer({ min: 0, max: machinesARound - 1 }),
  sayings: fc.array(saying, { minLength: 2, maxLength: 7 }),
  again: fc.integer({ min: 0, max: 2 }),
});
type Batch = typeof batch extends fc.Arbitrary<infer T> ? T : never;

interface Fleet {
  readonly server: TestServer;
  readonly agents: readonly BareAgent[];
  readonly runs: readonly RunOrder[];
}

/** Machines with an open run each, one to spare, and a lane that has stopped: only reports change anything from now on. */
async function startFleet(databaseUrl: string | undefined): Promise<Fleet> {
  const server = await startTestServer({ databaseUrl, clock: createFakeClock(1_700_000_000_000) });
  const names = Array.from({ length: rounds * machinesARound + 1 }, (_, index) => `pc-${100 + index}`);
  const agents: BareAgent[] = [];
  for (const name of names) agents.push(await aKnownMachine(server, name));
  await server.call(packageRoutes.create, { body: { draft: aDraft(), contentId: null } });
  const options = { restartAfter: true, powerOffAtEnd: false, restartAtStart: false };
  const { id: scenarioId } = await server.call(scenarioRoutes.create, { body: aScenario({ options }) });
  await deploy(server, { subject: { kind: 'scenario', scenarioId }, retries: 1 });
  const runs: RunOrder[] = [];
  for (const agent of agents) runs.push(...(await openRuns(agent)));
  assert.equal(runs.length, agents.length);
  await settle(server);
  await server.app.deployments.stop();
  return { server, agents, runs };
}

function reportOf({ what, attempt, step }: Saying, runId: string): object {
  const run = { runId, attempt, at: 1 };
  const verified = [0, 1].map((index) => ({ index, isDetected: true, found: 'there' }));
  switch (what) {
    case 'step-started':
      return { kind: 'step-started', ...run, index: step };
    case 'step-done':
    case 'step-failed':
      return {
        kind: 'step-finished',
        ...run,
        result: aStepResult(step, { outcome: what === 'step-done' ? 'succeeded' : 'failed' }),
      };
    case 'heartbeat':
      return aHeartbeat({ bootId: `boot-${step}`, activeRuns: [{ runId, attempt }] });
    case 'status':
      return { kind: 'status', severity: 'info', code: `agent.said-${step}`, params: { attempt }, at: 5 };
    case 'nonsense':
      return { kind: 'from-the-future', step };
    case 'well':
    case 'badly':
      return {
        kind: 'run',
        ...run,
        event: 'finished',
        phase: 'installed-system',
        ...{ succeeded: what === 'well', reason: null, verified },
      };
    default:
      return { kind: 'run', ...run, event: what, phase: 'installed-system', reason: null };
  }
}

/** The same batches as numbered reports, for the machines of one round. */
function numbered({ runs }: Fleet, round: number, batches: readonly Batch[]) {
  const sent = new Map<number, { number: number; report: object }[]>();
  return batches.map(({ machine, sayings, again }) => {
    const index = round * machinesARound + machine;
    const before = sent.get(index) ?? [];
    const fresh = sayings.map((one, place) => {
      const about = one.ofAnother ? round * machinesARound + ((machine + 1) % machinesARound) : index;
      return { number: before.length + place + 1, report: reportOf(one, runs[about]?.runId ?? '') };
    });
    sent.set(index, [...before, ...fresh]);
    return { index, reports: [...before.slice(before.length - again), ...fresh] };
  });
}

function send({ server, agents }: Fleet, index: number, reports: readonly object[]): Promise<ReportReply> {
  const take = server.kernel.http.agentRoutes.get(`POST ${agentPaths.reports}`);
  assert.ok(take);
  const agent = agents[index] as BareAgent;
  const body = { outbox: `outbox-of-${agent.name}`, reports };
  const claims = { machineId: agent.machineId, keyThumbprint: '', expiresAt: Number.MAX_SAFE_INTEGER };
  return take(claims, { query: {}, body }) as Promise<ReportReply>;
}

/** All rows that reports write, of the machines of one round; ids that differ between sites are left out. */
async function picture({ server, agents, runs }: Fleet, round: number) {
  const { read } = server.kernel.db;
  const seen = [];
  for (let index = round * machinesARound; index < (round + 1) * machinesARound; index += 1) {
    const machine = [agents[index]?.machineId ?? ''];
    const run = [runs[index]?.runId ?? ''];
    const { runId } = runs[index] as RunOrder;
    seen.push({
      run: await read.one(
        `SELECT status, attempt, gate, is_released, is_staged, is_cancel_requested, is_in_error, reason, waits_until,
           step_index, retries_left, started_at, finished_at, deadline_at, method, method_reason
         FROM deployments_runs WHERE id = ?`,
        run,
      ),
      steps: await read.all(
        'SELECT attempt, step_index, started_at, result FROM deployments_steps WHERE run_id = ? ORDER BY attempt, step_index',
        run,
      ),
      machine: await read.one(
        'SELECT activity, last_run_name, last_run_status, last_run_at, power_state FROM machines WHERE id = ?',
        machine,
      ),
      presence: await read.one(
        'SELECT taken, last_seen_at, power, power_since, announced, boot_id, free_bytes FROM machines_presence WHERE machine_id = ?',
        machine,
      ),
      messages: await read.all(
        'SELECT at, code, severity, component, params FROM status_messages WHERE machine_id = ? ORDER BY seq',
        machine,
      ),
      onThePageOfTheRun: await read.all(
        `SELECT m.code FROM status_objects o JOIN status_messages m ON m.seq = o.seq
         WHERE o.kind = 'run' AND o.id = ? ORDER BY m.seq`,
        run,
      ),
      starts: (
        await read.all<{ kind: string; payload: string }>(
          "SELECT kind, payload FROM kernel_events WHERE kind = 'machines.power-changed' ORDER BY seq",
        )
      )
        .filter(({ payload }) => JSON.parse(payload).machineId === machine[0])
        .map(({ kind }) => kind),
      lastEvent: (
        await read.all<{ payload: string }>(
          "SELECT payload FROM kernel_events WHERE kind = 'deployments.run-changed' ORDER BY seq DESC",
        )
      )
        .map(({ payload }) => JSON.parse(payload) as { runId: string; status: string })
        .find((event) => event.runId === runId)?.status,
    });
  }
  return JSON.parse(JSON.stringify(seen)) as unknown;
}

/** While the database is busy everything gathers. Returns how many transactions took reports after that. */
async function sendTogether(fleet: Fleet, all: readonly { index: number; reports: readonly object[] }[]) {
  const { db } = fleet.server.kernel;
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const { transaction } = db;
  let isBusy = false;
  let takings = 0;
  const watched = (tx: Tx): Tx =>
    Object.create(tx, {
      all: {
        value: (text: string, params: Param[]) => {
          if (text.startsWith('SELECT * FROM machines_presence WHERE machine_id IN')) takings += 1;
          return tx.all(text, params);
        },
      },
    });
  const slow: typeof transaction = async (work) => {
    isBusy = true;
    await held;
    return transaction((tx) => work(watched(tx)));
  };
  Object.assign(db, { transaction: slow });
  try {
    // The first one alone occupies the lane.
    const first = send(fleet, fleet.agents.length - 1, []);
    while (!isBusy) await new Promise(setImmediate);
    const replies = all.map(({ index, reports }) => send(fleet, index, reports));
    await new Promise(setImmediate);
    release();
    await first;
    takings = 0;
    const answers = await Promise.all(replies);
    return { replies: answers, takings };
  } finally {
    release();
    Object.assign(db, { transaction });
  }
}

onBothEngines(
  'a batch of many machines gives the same state as its reports one by one',
  async (t, { databaseUrl }) => {
    const together = await startFleet(databaseUrl);
    atEnd(t, () => together.server.stop());
    const apart = await startFleet(undefined);
    atEnd(t, () => apart.server.stop());
    let round = 0;
    const same = fc.asyncProperty(fc.array(batch, { minLength: 2, maxLength: 9 }), async (batches) => {
      const at = round;
      round += 1;
      const { replies, takings } = await sendTogether(together, numbered(together, at, batches));
      assert.equal(takings, 1);
      for (const { index, reports } of numbered(apart, at, batches)) {
        const got: ReportReply[] = [];
        for (const report of reports) got.push(await send(apart, index, [report]));
        const reply = replies.shift();
        assert.equal(reply?.acknowledged, got.at(-1)?.acknowledged);
        assert.deepEqual(
          reply?.rejected,
          got.flatMap((one) => one.rejected),
        );
      }
      assert.deepEqual(await picture(together, at), await picture(apart, at));
    });
    await fc.assert(same, { numRuns: rounds, endOnFailure: true });
  },
);
