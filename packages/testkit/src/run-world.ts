import type { DeploymentDraft } from '@tenkai/domain';
import { deploymentRoutes, machineRoutes, packageRoutes, scenarioRoutes } from '@tenkai/protocol';
import { aHeartbeat, aWholeInventory, type BareAgent, enrolledAgent } from './bare-agent.ts';
import { aDeployment, anInventory, aScenario } from './builders.ts';
import { aDraft } from './package-draft.ts';
import type { TestServer } from './start-server.ts';

/** Nothing is left to do at this moment: events handled, due jobs done, runs looked at. */
export async function settle(server: TestServer): Promise<void> {
  await server.kernel.events.idle();
  await server.kernel.jobs.idle();
  await server.app.deployments.idle();
  await server.kernel.events.idle();
}

/** A machine that is on and has sent its inventory. */
export async function reportingMachine(server: TestServer, name: string): Promise<BareAgent> {
  const agent = await enrolledAgent(server, { name });
  const network = { hostname: name, interfaces: [] };
  await agent.report(aHeartbeat(), aWholeInventory({ ...anInventory(), network }));
  await settle(server);
  return agent;
}

/** A package without files, and a scenario that installs it; returns the scenario's id. */
export async function plainScenario(server: TestServer): Promise<string> {
  await server.call(packageRoutes.create, { body: { draft: aDraft(), contentId: null } });
  return (await server.call(scenarioRoutes.create, { body: aScenario() })).id;
}

export async function deploy(server: TestServer, over: Partial<DeploymentDraft>) {
  const deployment = await server.call(deploymentRoutes.create, { body: aDeployment(over) });
  await settle(server);
  return deployment;
}

/** What a machine says, and everything that follows from it. */
export async function tell(
  server: TestServer,
  agent: BareAgent,
  ...reports: Parameters<BareAgent['report']>
) {
  const reply = await agent.report(...reports);
  await settle(server);
  return reply;
}

export async function runsOf(server: TestServer, deploymentId: string) {
  return (await server.call(deploymentRoutes.runs, { params: { id: deploymentId }, query: { limit: 500 } }))
    .items;
}

export async function machineOf(server: TestServer, { machineId }: BareAgent) {
  return server.call(machineRoutes.get, { params: { id: machineId } });
}
