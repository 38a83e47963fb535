import type { CollectionRule, Inventory } from '@tenkai/domain';
import { type CollectionDraft, collectionRoutes } from '@tenkai/protocol/api/collections.ts';
import { aWholeInventory, type BareAgent, enrolledAgent } from './bare-agent.ts';
import { anInventory } from './builders.ts';
import type { TestServer } from './start-server.ts';

/** A valid collection; a test names only what it is about. */
export function aCollection(name: string, over: Partial<CollectionDraft> = {}): CollectionDraft {
  return { name, limitingCollectionId: null, rules: [], ...over };
}

/** A rule by query, named by it. */
export const byQuery = (text: string, limitingCollectionId?: string): CollectionRule => ({
  kind: 'query',
  name: text.slice(0, 100),
  query: text,
  ...(limitingCollectionId && { limitingCollectionId }),
});

/** Makes a collection as an administrator. */
export const createCollection = (server: TestServer, draft: CollectionDraft) =>
  server.call(collectionRoutes.create, { body: draft });

/** Names of the members once everything has been judged. */
export async function membersOf(server: TestServer, id: string): Promise<string[]> {
  await server.app.collections.settled();
  const { items } = await server.call(collectionRoutes.members, { params: { id } });
  return items.map(({ name }) => name);
}

/** The row of a collection once everything has been judged. */
export async function collectionRow(server: TestServer, id: string) {
  await server.app.collections.settled();
  return server.call(collectionRoutes.get, { params: { id } });
}

/** An inventory with these packages and nothing else of note. */
export function withSoftware(...names: string[]): Inventory {
  const software = names.map((name) => ({
    name,
    version: '1',
    source: 'dpkg' as const,
    architecture: 'amd64',
  }));
  return { ...anInventory(), software };
}

/** Enrolled machines with these names, each with an inventory: `web` has nginx, the others have curl. */
export async function enrollFleet(server: TestServer, names: readonly string[]): Promise<BareAgent[]> {
  const agents: BareAgent[] = [];
  for (const name of names) {
    const agent = await enrolledAgent(server, { name });
    await agent.report(aWholeInventory(withSoftware(name === 'web' ? 'nginx' : 'curl')));
    agents.push(agent);
  }
  return agents;
}
