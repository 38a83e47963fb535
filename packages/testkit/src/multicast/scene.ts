import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type DeliverySettings, defaultDelivery } from '@tenkai/domain';
import { packageRoutes, scenarioRoutes } from '@tenkai/protocol';
import type { RunOrder } from '@tenkai/protocol/agent/orders.ts';
import { multicastRoutes } from '@tenkai/protocol/api/multicast.ts';
import { createFakeClock, type FakeClock } from '@tenkai/server/kernel/clock.ts';
import type { Manifest } from '@tenkai/transfer';
import { atEnd } from '../at-end.ts';
import type { BareAgent } from '../bare-agent.ts';
import type { EngineUnderTest } from '../both-engines.ts';
import { aScenario } from '../builders.ts';
import { aKnownMachine, deploy, runsOf, settle } from '../deployed.ts';
import { aDraft } from '../package-draft.ts';
import { openRuns } from '../run-reports.ts';
import { startTestServer, type TestServer } from '../start-server.ts';
import { uploadFolder } from '../upload-folder.ts';

/** Three machines start together. */
export const three: DeliverySettings = { ...defaultDelivery, maxTargets: 3, maxWaitMinutes: 60 };

export interface Scene {
  readonly clock: FakeClock;
  readonly server: TestServer;
  readonly agents: readonly BareAgent[];
  readonly manifest: Manifest;
  readonly scenarioId: string;
  readonly log: string[];
}

/** A site that sends over this machine's own loop, a package of 3 MiB, and three machines. */
export async function scene(t: TestContext, { databaseUrl }: EngineUnderTest): Promise<Scene> {
  const clock = createFakeClock();
  const log: string[] = [];
  const server = await startTestServer({ databaseUrl, clock, onLog: (line) => log.push(line) });
  atEnd(t, () => server.stop());
  await server.app.multicast.open('127.0.0.1');
  const folder = await mkdtemp(join(tmpdir(), 'tenkai-multicast-'));
  atEnd(t, () => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, 'app'));
  await writeFile(join(folder, 'app/setup'), '#!/bin/sh\n', { mode: 0o755 });
  await writeFile(join(folder, 'app/data'), Buffer.alloc(3 * 1024 * 1024, 'multicast '));
  const manifest = await uploadFolder(server, join(folder, 'app'));
  const draft = aDraft();
  const programs = draft.programs.map((program) => ({ ...program, executable: 'app/setup' }));
  const body = { draft: { ...draft, programs }, contentId: manifest.contentId };
  await server.call(packageRoutes.create, { body });
  const { id: scenarioId } = await server.call(scenarioRoutes.create, { body: aScenario() });
  const agents: BareAgent[] = [];
  for (const name of ['ash', 'birch', 'cedar']) agents.push(await aKnownMachine(server, name));
  return { clock, server, agents, manifest, scenarioId, log };
}

/** Every machine is ready, and has fetched its order. */
export async function begin({ server, agents, scenarioId }: Scene, delivery = three) {
  const { id } = await deploy(server, { subject: { kind: 'scenario', scenarioId }, delivery });
  await settle(server);
  const orders: RunOrder[] = [];
  for (const agent of agents) orders.push((await openRuns(agent)).at(-1) as RunOrder);
  return { id, orders };
}

export const show = (server: TestServer) => server.call(multicastRoutes.show, { as: 'viewer', query: {} });
export const codesOf = async (server: TestServer, id: string) =>
  (await runsOf(server, id)).map(({ delivery }) => `${delivery?.method} ${delivery?.reason.code}`);
