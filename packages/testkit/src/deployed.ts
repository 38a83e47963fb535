import { deploymentRoutes, packageRoutes, scenarioRoutes } from '@tenkai/protocol';
import { aHeartbeat, aWholeInventory, type BareAgent, enrolledAgent } from './bare-agent.ts';
import { aDeployment, anInventory, aScenario } from './builders.ts';
import { aDraft } from './package-draft.ts';
import { openRuns } from './run-reports.ts';
import { settle } from './settle.ts';
import type { TestServer } from './start-server.ts';

export { settle } from './settle.ts';

/** A machine that is on and has told what it is. */
export async function aKnownMachine(server: TestServer, name: string): Promise<BareAgent> {
  const agent = await enrolledAgent(server, { name });
  await agent.report(
    aHeartbeat(),
    aWholeInventory({ ...anInventory(), network: { hostname: name, interfaces: [] } }),
  );
  await settle(server);
  return agent;
}

/** A package without files, and the scenario that installs it. */
export async function helloScenario(server: TestServer): Promise<string> {
  await server.call(packageRoutes.create, { body: { draft: aDraft(), contentId: null } });
  return (await server.call(scenarioRoutes.create, { body: aScenario() })).id;
}

export async function deploy(server: TestServer, over: Parameters<typeof aDeployment>[0] = {}) {
  const deployment = await server.call(deploymentRoutes.create, { body: aDeployment(over) });
  await settle(server);
  return deployment;
}

/** A machine that has the order to install hello; nothing else is deployed. */
export async function machineWithOrder(server: TestServer) {
  const agent = await aKnownMachine(server, 'a');
  const scenarioId = await helloScenario(server);
  const { id } = await deploy(server, { subject: { kind: 'scenario', scenarioId } });
  const [order] = await openRuns(agent);
  if (!order) throw new Error('the machine has no order');
  return { agent, id, order };
}

export async function runsOf(server: TestServer, id: string) {
  return (await server.call(deploymentRoutes.runs, { params: { id } })).items;
}

/** What a machine says, and everything that follows from it. */
export async function report(
  server: TestServer,
  agent: BareAgent,
  ...reports: Parameters<BareAgent['report']>
) {
  const reply = await agent.report(...reports);
  await settle(server);
  return reply;
}
