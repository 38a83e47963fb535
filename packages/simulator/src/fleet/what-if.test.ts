import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { defaultDelivery, type PackageDraft, plan as planRun } from '@tenkai/domain';
import {
  deploymentRoutes,
  enrollmentRoutes,
  machineRoutes,
  packageRoutes,
  scenarioRoutes,
  windowRoutes,
} from '@tenkai/protocol';
import type { DeploymentWhatIfRow, RunRow } from '@tenkai/protocol/api/deployments.ts';
import { changeSiteSettings } from '@tenkai/protocol/api/site.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aDeployment, aPackage, aScenario, installStep } from '@tenkai/testkit/builders.ts';
import { aCollection, createCollection } from '@tenkai/testkit/collections.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { uploadFolder } from '@tenkai/testkit/upload-folder.ts';
import { addressOf, factsOf, type MachineMemory, nameOf, newMemory } from '../machine/facts.ts';
import type { FleetPlan } from '../machine/fleet-plan.ts';
import { type Prediction, predictRun } from '../machine/predict.ts';
import type { Profile } from '../profiles/profile.ts';
import { profiles } from '../profiles/profiles.ts';
import { type Fleet, startFleet } from './fleet.ts';
import { openStateFolder } from './state-folder.ts';

/** Installers that fail, on machines of five subnets that stay on: every boot but the first is one that a run asked for. */
const profile: Profile = {
  ...(profiles.flaky as Profile),
  name: 'test',
  machinesPerSubnet: 12,
  crashes: 0,
  power: { offAtStart: 0, onMinutes: null, offMinutes: [1, 2] },
  network: { upMinutes: null, awaySeconds: [1, 2] },
};
const plan: FleetPlan = { seed: 7, profile, speed: 2000 };
const count = 60;
const hour = 3_600_000;
const indexes = Array.from({ length: count }, (_, index) => index);
const names = indexes.map((index) => nameOf(plan, index));
/** One for everybody, and one with a restart for Windows alone. */
const contents = { hello: 40_000, extra: 90_000 };
const drafts: Readonly<Record<keyof typeof contents, PackageDraft>> = {
  hello: aDraft({ detection: [{ kind: 'file', path: '/opt/hello' }] }),
  extra: aDraft({
    id: 'extra',
    name: 'Extra',
    detection: [{ kind: 'file', path: '/opt/extra' }],
    targets: [{ operatingSystem: 'windows', language: 'any', architecture: 'any' }],
    restartAfterInstall: true,
  }),
};
const scenario = aScenario({ steps: [installStep('hello'), installStep('extra')] });

async function until(look: () => Promise<boolean>): Promise<void> {
  const signal = AbortSignal.timeout(120_000);
  while (!(await look())) {
    signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

interface Scene {
  readonly server: TestServer;
  readonly fleet: Fleet;
  /** What each machine has become, once the fleet has stopped. */
  memories(): Promise<ReadonlyMap<string, MachineMemory>>;
}

async function fleetOn(t: TestContext): Promise<Scene> {
  const server = await startTestServer({ listen: true });
  atEnd(t, () => server.stop());
  await server.call(changeSiteSettings, { body: { concurrency: 10 } });
  const stateFolder = await mkdtemp(join(tmpdir(), 'tenkai-what-if-'));
  atEnd(t, () => rm(stateFolder, { recursive: true, force: true }));
  const fleet = await startFleet({
    ...{ url: server.baseUrl, count, seed: plan.seed, profile, speed: plan.speed, stateFolder, processes: 1 },
    async admit(maxUses) {
      const body = { name: 'simulation', maxUses, validHours: 1 };
      const { secret, rootFingerprint } = await server.call(enrollmentRoutes.createTicket, { body });
      return { ticket: secret, rootFingerprint };
    },
  });
  atEnd(t, () => fleet.stop());
  await fleet.begun();
  await until(async () => {
    const { items } = await server.call(machineRoutes.list, { query: { limit: 500 } });
    return items.length === count && items.every(({ powerState }) => powerState === 'on');
  });
  const identity = { url: server.baseUrl, seed: plan.seed, profile: profile.name };
  const memories = async () => {
    const { machines, close } = await openStateFolder(stateFolder, identity);
    close();
    return new Map([...machines].map(([index, memory]) => [nameOf(plan, index), memory]));
  };
  return { server, fleet, memories };
}

async function publish(t: TestContext, server: TestServer): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tenkai-what-if-content-'));
  atEnd(t, () => rm(folder, { recursive: true, force: true }));
  for (const [name, bytes] of Object.entries(contents)) {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, 'setup'), Buffer.alloc(bytes, name));
    const { contentId } = await uploadFolder(server, join(folder, name));
    const draft = drafts[name as keyof typeof contents];
    await server.call(packageRoutes.create, { body: { draft, contentId } });
  }
  return (await server.call(scenarioRoutes.create, { body: scenario })).id;
}

/** Every fifth machine has a window that is too short, every fifth one that opens later. */
async function setWindows(server: TestServer): Promise<void> {
  const { items } = await server.call(machineRoutes.list, { query: { limit: 500 } });
  const idOf = new Map(items.map(({ name, id }) => [name, id]));
  const idsWhere = (isWanted: (index: number) => boolean) =>
    indexes.filter(isWanted).map((index) => idOf.get(nameOf(plan, index)) ?? '');
  const at = new Date(Date.now() + 2 * hour).toISOString();
  for (const [rest, name, durationMinutes] of [
    [0, 'Short', 9],
    [1, 'Later', 180],
  ] as const) {
    const machineIds = idsWhere((index) => index % 5 === rest);
    const { id } = await createCollection(
      server,
      aCollection(name, { rules: [{ kind: 'direct', machineIds }] }),
    );
    const window = { id: name, name, durationMinutes, schedule: { kind: 'at' as const, at } };
    await server.call(windowRoutes.replace, { params: { id }, body: { windows: [window] } });
  }
  await server.app.collections.settled();
}

async function collectionOf(server: TestServer, name: string, rows: readonly DeploymentWhatIfRow[]) {
  const rules = [{ kind: 'direct' as const, machineIds: rows.map(({ machineId }) => machineId) }];
  const { id } = await createCollection(server, aCollection(name, { rules }));
  await server.app.collections.settled();
  return id;
}

/** What the run of each machine comes to once it has begun, by the seed. */
function endsBySeed(): Map<string, Prediction> {
  const packages = new Map(Object.entries(drafts).map(([id, draft]) => [id, aPackage({ ...draft })]));
  const predict = (index: number): [string, Prediction] => {
    const memory = newMemory(plan, index);
    const facts = factsOf(plan, index, memory);
    const planned = planRun({ scenario, packages, facts, variables: {}, matches: () => true });
    const run = { steps: planned.steps, variables: planned.variables, options: { powerOffAtEnd: false } };
    return [nameOf(plan, index), predictRun({ plan, index, installed: memory.installed }, run, 0)];
  };
  return new Map(indexes.map(predict));
}

const ends = endsBySeed();

function endText(name: string): string {
  const state = ends.get(name)?.state;
  return `${state?.status} ${state?.reason?.code ?? 'well'}`;
}

/** By its exit code: only the machine knows it, and only then. */
function asksByItself(name: string): boolean {
  return ends.get(name)?.state.steps.some(({ result }) => result?.exitCode === 3010) ?? false;
}

/** What what-if says will be seen within the hour. */
function foretold({ outcome, startsAt, wave, reasons, machineName }: DeploymentWhatIfRow, now: number) {
  if (outcome === 'starts' && startsAt !== null && startsAt < now + hour)
    return `wave ${wave}: ${endText(machineName)}`;
  return `waiting ${reasons.at(0)?.code}`;
}

function seen({ status, wave, reason, isInGroup }: RunRow): string {
  if (status === 'waiting') return `waiting ${isInGroup ? 'forecast-group' : reason?.code}`;
  return `wave ${wave?.number ?? null}: ${status} ${reason?.code ?? 'well'}`;
}

const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);

const subnetOfIndex = (index: number) => addressOf(plan, index).replace(/\d+$/, '0/24');

/** Machines and bytes by subnet, of machines that got any. */
function bySubnet(received: ReadonlyMap<string, number>) {
  const found = new Map<string, { machineCount: number; bytes: number }>();
  for (const [index, name] of names.entries()) {
    const bytes = received.get(name) ?? 0;
    const { machineCount, bytes: before } = found.get(subnetOfIndex(index)) ?? { machineCount: 0, bytes: 0 };
    if (bytes > 0) found.set(subnetOfIndex(index), { machineCount: machineCount + 1, bytes: before + bytes });
  }
  return found;
}

test('what-if and seed foretell of each of 60 machines its wave, end, bytes and restarts, or why it waits', {
  timeout: 240_000,
}, async (t) => {
  const { server, fleet, memories } = await fleetOn(t);
  await setWindows(server);
  const scenarioId = await publish(t, server);
  const body = aDeployment({
    subject: { kind: 'scenario', scenarioId },
    delivery: { ...defaultDelivery, maxTargets: 7 },
  });
  const ask = (draft: typeof body) => server.call(deploymentRoutes.whatIf, { body: { draft, limit: 1000 } });
  const told = await ask(body);
  assert.deepEqual(told.counts, { starts: 48, waits: 0, never: 12, 'not-applicable': 0 });
  const rows = told.machines.items;
  const rowOf = new Map(rows.map((row) => [row.machineName, row]));
  const predicted = new Map(rows.map((row) => [row.machineName, foretold(row, told.askedAt)]));
  const begins = new Set([...predicted].filter(([, text]) => text.startsWith('wave')).map(([name]) => name));
  const isNow = ({ machineName, outcome }: DeploymentWhatIfRow) =>
    begins.has(machineName) || outcome === 'never';
  const now = await collectionOf(server, 'Now or never', rows.filter(isNow));
  const soon = await ask({ ...body, collectionId: now });
  const { id } = await server.call(deploymentRoutes.create, { body });
  const runs = async () =>
    (await server.call(deploymentRoutes.runs, { params: { id }, query: { limit: 500 } })).items;
  await until(
    async () => (await runs()).filter(({ finishedAt }) => finishedAt !== null).length >= begins.size,
  );
  const last = await runs();
  const real = new Map(last.map((run) => [run.machineName, seen(run)]));
  assert.deepEqual(new Map([...real].sort()), new Map([...predicted].sort()));
  assert.ok(
    new Set(real.values()).size >= 8,
    `a fleet on which too little happens: ${[...new Set(real.values())]}`,
  );

  await fleet.stop();
  const after = await memories();
  const boots = new Map(names.map((name) => [name, (after.get(name)?.boots ?? 0) - 1]));
  const received = new Map(names.map((name) => [name, after.get(name)?.receivedBytes ?? -1]));

  // Restarts: where a run went well as what-if says; nobody foretells that an installer will ask for one.
  const well = names.filter((name) => begins.has(name) && ends.get(name)?.state.status === 'succeeded');
  const restartsOf = (name: string) => rowOf.get(name)?.restarts ?? -1;
  const [asked, quiet] = [well.filter(asksByItself), well.filter((name) => !asksByItself(name))];
  assert.deepEqual(
    quiet.map((name) => [name, boots.get(name)]),
    quiet.map((name) => [name, restartsOf(name)]),
  );
  for (const name of asked) assert.equal(boots.get(name), Math.max(1, restartsOf(name)), name);
  assert.ok(
    asked.some((name) => restartsOf(name) === 0),
    'somebody restarts that what-if cannot name',
  );
  assert.deepEqual(
    boots,
    new Map(names.map((name) => [name, begins.has(name) ? ends.get(name)?.restarts : 0])),
  );
  assert.equal(
    told.totalRestarts,
    sum(rows.map(({ outcome, restarts }) => (outcome === 'starts' ? restarts : 0))),
  );
  assert.deepEqual(new Set(quiet.map(restartsOf)), new Set([0, 1]));

  // Bytes: of each machine, of each subnet, and of all.
  assert.deepEqual(
    received,
    new Map(names.map((name) => [name, begins.has(name) ? rowOf.get(name)?.bytes : 0])),
  );
  assert.deepEqual(new Set(received.values()), new Set([0, contents.hello, contents.hello + contents.extra]));
  const foreseen = soon.subnets.map(({ subnet, machineCount, bytes }) => [subnet, { machineCount, bytes }]);
  assert.deepEqual(new Map(foreseen as never), bySubnet(received));
  assert.equal(soon.subnets.length, 5);
  assert.equal(soon.totalBytes, sum([...received.values()]));

  // Who never fits a window: nothing was done to it, and its run says the same.
  const never = rows.filter(({ outcome }) => outcome === 'never').map(({ machineName }) => machineName);
  assert.deepEqual(
    never,
    names.filter((_, index) => index % 5 === 0),
  );
  for (const name of never) {
    const run = last.find(({ machineName }) => machineName === name);
    assert.deepEqual([run?.status, run?.reason], ['waiting', rowOf.get(name)?.reasons[0]]);
    assert.deepEqual([received.get(name), boots.get(name)], [0, 0]);
  }
});
