import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { agentPackageId, agentScenarioName, ownAgentDraft } from '@tenkai/domain';
import { deploymentRoutes, packageRoutes, scenarioRoutes, updateRoutes } from '@tenkai/protocol';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aHeartbeat, aWholeInventory, type BareAgent, enrolledAgent } from '@tenkai/testkit/bare-agent.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { aDeployment, anInventory } from '@tenkai/testkit/builders.ts';
import { aCollection, createCollection } from '@tenkai/testkit/collections.ts';
import { refusedWith } from '@tenkai/testkit/refused.ts';
import { failedRun, openRuns, wholeRun } from '@tenkai/testkit/run-reports.ts';
import { eventually, settle } from '@tenkai/testkit/settle.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { createFakeClock, type FakeClock } from '../../kernel/clock.ts';
import { serverVersion } from '../../kernel/version.ts';

const minute = 60_000;
const old = '0.0.9';
const ofDebian = { id: agentPackageId, kind: 'deb', architecture: 'x64' } as const;

interface Site {
  readonly server: TestServer;
  readonly clock: FakeClock;
  readonly agents: Map<BareAgent, string>;
  readonly agentsDir: string;
}

async function site(t: TestContext, databaseUrl: string | undefined): Promise<Site> {
  const clock = createFakeClock(Date.UTC(2026, 0, 5, 2));
  const server = await startTestServer({ databaseUrl, clock });
  atEnd(t, () => server.stop());
  const agentsDir = await mkdtemp(join(tmpdir(), 'tenkai-agents-'));
  atEnd(t, () => rm(agentsDir, { recursive: true, force: true }));
  for (const version of [old, serverVersion, '99.0'])
    for (const name of [`tenkai-agent_${version}_amd64.deb`, `tenkai-agent-${version}-1.x86_64.rpm`])
      await writeFile(join(agentsDir, name), `agent ${version}`);
  await mkdir(join(agentsDir, 'other'));
  return { server, clock, agents: new Map(), agentsDir };
}

async function pass(given: Site, ms: number) {
  for (const step of [ms, 10_000]) {
    given.clock.advance(step);
    for (const [agent, bootId] of given.agents) await agent.report(aHeartbeat({ bootId, agentVersion: old }));
    await settle(given.server);
  }
}

let boots = 0;

/** A machine that comes up with an agent of this version, installed by that package manager. */
async function comesUp(
  given: Site,
  name: string,
  agentVersion: string,
  source: 'dpkg' | 'rpm' = 'dpkg',
): Promise<BareAgent> {
  const known = [...given.agents.keys()].find((agent) => agent.name === name);
  const agent = known ?? (await enrolledAgent(given.server, { name }));
  boots += 1;
  const bootId = `boot-${boots}`;
  given.agents.set(agent, bootId);
  await agent.report(aWholeInventory(inventory(name, agentVersion, source)));
  for (const state of ['starting', 'running'] as const)
    await agent.report(aHeartbeat({ state, bootId, agentVersion }));
  await settle(given.server);
  return agent;
}

function inventory(hostname: string, version: string, source: 'dpkg' | 'rpm' = 'dpkg') {
  return {
    ...anInventory(),
    network: { hostname, interfaces: [] },
    // The version of an rpm has its release.
    software: [{ source, name: 'tenkai-agent', version: source === 'rpm' ? `${version}-1` : version }],
  };
}

async function upToDate(given: Site) {
  await given.server.app.addBuiltIn(given.agentsDir);
  await settle(given.server);
}

const packageDetail = ({ server }: Site) =>
  server.call(packageRoutes.get, { params: { id: agentPackageId } });

async function builtIn({ server }: Site) {
  const { items } = await server.call(scenarioRoutes.list, { query: {} });
  const row = items.find(({ name }) => name === agentScenarioName);
  assert.ok(row);
  return server.call(scenarioRoutes.get, { params: { id: row.id } });
}

async function upgradeOf({ server }: Site, { machineId }: BareAgent) {
  const { items } = await server.call(updateRoutes.ofMachine, { params: { id: machineId } });
  const row = items.find(({ packageId }) => packageId === agentPackageId);
  assert.ok(row);
  return row;
}

const orderFor = ({ server }: Site, agent: BareAgent) =>
  eventually(server, `an order for ${agent.name}`, async () => (await openRuns(agent))[0]);

const untilState = (given: Site, agent: BareAgent, wanted: string) =>
  eventually(given.server, `${agent.name} is ${wanted}`, async () => {
    const row = await upgradeOf(given, agent);
    return row.state === wanted && row;
  });

onBothEngines(
  'AGENT-08, BAGT-08, BAGT-09: a fresh server lists System_AgentUpgrade_Multicast, which nobody can change or delete; its payload follows the server',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const { server } = given;
    await server.app.addBuiltIn(null);
    const bare = await builtIn(given);
    assert.deepEqual(
      bare.problems.map(({ severity }) => severity),
      ['error'],
      'without an agent package it says what is missing',
    );
    // What an older server had made.
    const older = ownAgentDraft({ ...ofDebian, version: old });
    const programs = older.programs.map((program) => ({ ...program, executable: null }));
    await server.app.packages.saveOwn({ draft: { ...older, programs }, contentId: null });
    // What a server that was killed in between had left.
    await mkdir(join(server.dataDir, 'agent-upgrade', 'left'), { recursive: true });
    await upToDate(given);
    await upToDate(given);
    assert.ok(!(await readdir(server.dataDir)).some((name) => name.startsWith('agent-upgrade')));
    const { id, isBuiltIn, deliveryMethod, draft, problems } = await builtIn(given);
    assert.deepEqual([isBuiltIn, deliveryMethod], [true, 'multicast']);
    assert.ok(
      problems.every(({ severity }) => severity === 'caution'),
      'it can be run',
    );
    const payload = await packageDetail(given);
    assert.deepEqual([payload.draft.version, payload.revision], [serverVersion, 2]);
    assert.deepEqual(
      payload.files.map(({ path }) => path.split('/').at(-1)),
      ['guard.sh', 'tenkai-agent.deb', 'upgrade.sh'],
    );
    const bundled = payload.files.find(({ path }) => path.endsWith('.deb'));
    const bytes = `agent ${serverVersion}`;
    assert.deepEqual(
      [bundled?.sizeBytes, bundled?.sha256],
      [bytes.length, createHash('sha256').update(bytes).digest('hex')],
    );
    const builtInRefused = refusedWith('scenario-built-in');
    await assert.rejects(server.call(scenarioRoutes.remove, { params: { id } }), builtInRefused);
    await assert.rejects(
      server.call(scenarioRoutes.update, { params: { id }, body: { revision: 1, draft } }),
      builtInRefused,
    );
    await assert.rejects(
      server.call(packageRoutes.remove, { params: { id: agentPackageId } }),
      refusedWith('in-use'),
    );
    const body = aDeployment({ subject: { kind: 'scenario', scenarioId: id } });
    const { draft: deployed } = await server.call(deploymentRoutes.create, { body });
    assert.equal(deployed.delivery?.method, 'multicast');
  },
);

onBothEngines(
  'BAGT-06: an agent older than the server is upgraded when its machine comes up, and its history says so; a newer one is left alone',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    await upToDate(given);
    const agent = await comesUp(given, 'old', old);
    const newer = await comesUp(given, 'newer', '99.0');
    const foreign = await enrolledAgent(given.server, { name: 'foreign' });
    await foreign.report(aWholeInventory({ ...inventory('foreign', old), software: [] }));
    await foreign.report(aHeartbeat({ agentVersion: old }));
    await settle(given.server);
    await pass(given, 11 * minute);
    for (const other of [newer, foreign]) assert.deepEqual(await openRuns(other), []);
    const order = await orderFor(given, agent);
    const [step] = order.steps;
    assert.ok(step?.kind === 'install-package');
    assert.deepEqual([step.packageId, step.packageVersion], [agentPackageId, serverVersion]);
    await agent.report(...wholeRun(order));
    await agent.report(aWholeInventory(inventory('old', serverVersion)));
    await untilState(given, agent, 'applied');
    const codes = await given.server.kernel.db.read.all<{ code: string }>(
      "SELECT code FROM status_messages WHERE machine_id = ? AND component = 'updates' ORDER BY seq",
      [agent.machineId],
    );
    assert.deepEqual(
      codes.map(({ code }) => code),
      ['update.begun', 'update.applied'],
    );
    assert.deepEqual(await openRuns(agent), []);
  },
);

onBothEngines(
  'BAGT-06: an agent that rpm installed takes the .rpm, one that dpkg installed the .deb; of the other one the machine says why not',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    await upToDate(given);
    const byRpm = await comesUp(given, 'by-rpm', old, 'rpm');
    const byDpkg = await comesUp(given, 'by-dpkg', old);
    await pass(given, 11 * minute);
    const rpmId = `${agentPackageId}_rpm`;
    for (const [agent, packageId, file] of [
      [byRpm, rpmId, 'tenkai-agent.rpm'],
      [byDpkg, agentPackageId, 'tenkai-agent.deb'],
    ] as const) {
      const [step] = (await orderFor(given, agent)).steps;
      assert.ok(step?.kind === 'install-package');
      assert.equal(step.packageId, packageId);
      const { files } = await given.server.call(packageRoutes.get, { params: { id: packageId } });
      assert.ok(files.some(({ path }) => path.endsWith(`/${file}`)));
    }
    const order = await orderFor(given, byRpm);
    await byRpm.report(...wholeRun(order));
    await byRpm.report(aWholeInventory(inventory('by-rpm', serverVersion, 'rpm')));
    await eventually(given.server, 'it is applied', async () => {
      const { items } = await given.server.call(updateRoutes.ofMachine, { params: { id: byRpm.machineId } });
      const of = (id: string) => items.find(({ packageId }) => packageId === id);
      const other = of(agentPackageId);
      return (
        of(rpmId)?.state === 'applied' &&
        other?.state === 'not-applicable' &&
        other.reason?.code === 'condition-package-installed'
      );
    });
    const windows = await enrolledAgent(given.server, { name: 'windows' });
    const system = {
      family: 'windows',
      id: 'windows-11',
      name: 'Windows 11',
      version: '10.0.22631',
    } as const;
    await windows.report(aWholeInventory({ ...anInventory(system), software: [] }));
    await settle(given.server);
    const { items } = await given.server.call(updateRoutes.ofMachine, { params: { id: windows.machineId } });
    assert.deepEqual(
      items.map(({ state, reason }) => [state, reason?.code]),
      [rpmId, agentPackageId].map(() => ['not-applicable', 'platform-operating-system']),
    );
    const { steps } = (await builtIn(given)).draft;
    assert.deepEqual(
      steps.map(({ id }) => id),
      [rpmId, agentPackageId],
      'each machine takes the step that suits it',
    );
  },
);

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

onBothEngines(
  'BAGT-06: agents stay as they are where the setting is off, and take their turn in rings where it is on',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const set = async (body: Parameters<typeof given.server.call<typeof updateRoutes.setPolicy>>[1]) => {
      await given.server.call(updateRoutes.setPolicy, body);
      await settle(given.server);
    };
    await set({ body: { upgradesAgents: false } });
    await upToDate(given);
    const [pilot, other] = [await comesUp(given, 'pilot', old), await comesUp(given, 'other', old)];
    await pass(given, 11 * minute);
    for (const agent of [pilot, other]) {
      assert.deepEqual(await openRuns(agent), []);
      const { reason } = await untilState(given, agent, 'held');
      assert.equal(reason?.code, 'update-agents-off');
    }
    const rules = [{ kind: 'direct' as const, machineIds: [pilot.machineId] }];
    const collection = await createCollection(given.server, aCollection('pilots', { rules }));
    const rings = [{ collectionId: collection.id, successPercent: 100, soakMinutes: 60 }];
    await set({ body: { upgradesAgents: true, rings } });
    const { reason } = await untilState(given, other, 'waiting-time');
    assert.equal(reason?.code, 'update-ring');
    const order = await orderFor(given, pilot);
    await pilot.report(...wholeRun(order));
    await pilot.report(aWholeInventory(inventory('pilot', serverVersion)));
    await settle(given.server);
    assert.deepEqual(await openRuns(other), [], 'the pilot proves itself first');
    await pass(given, 61 * minute);
    await orderFor(given, other);
  },
);
