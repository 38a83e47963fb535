/** A site with two machines and a package, for all tests of a file. */
import { after, before } from 'node:test';
import { packageRoutes } from '@tenkai/protocol';
import { aHeartbeat, aWholeInventory, type BareAgent, enrolledAgent } from '@tenkai/testkit/bare-agent.ts';
import { anInventory } from '@tenkai/testkit/builders.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';

/** Started before the tests, as its machines and its package. */
export let server: TestServer;

/** The machine web-1. */
export let web: BareAgent;

/** The machine db-1. */
export let db: BareAgent;

before(async () => {
  server = await startTestServer({ listen: true });
  web = await enrolledAgent(server, { name: 'web-1' });
  db = await enrolledAgent(server, { name: 'db-1' });
  for (const agent of [web, db]) await agent.report(aHeartbeat(), aWholeInventory(anInventory()));
  await server.kernel.events.idle();
  await server.kernel.jobs.idle();
  await server.call(packageRoutes.create, { body: { draft: aDraft(), contentId: null } });
});

after(() => server.stop());

/** What every list tells as JSON. */
export interface Row {
  readonly id: string;
  readonly name: string;
}
