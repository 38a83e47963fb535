/** A site that pulls from a repository, and what is seen of it. */
import type { TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import { packageRoutes } from '@tenkai/protocol/api/packages.ts';
import { type RepositorySettings, repositoryRoutes } from '@tenkai/protocol/api/repositories.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import type { TestRepository } from '@tenkai/testkit/package-repository.ts';
import { settle } from '@tenkai/testkit/settle.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import type { FakeClock } from '../../kernel/clock.ts';

/** One minute, in milliseconds. */
export const minute = 60_000;

/** One day, in milliseconds. */
export const day = 24 * 60 * minute;

/** A site that gives a pull up after a second, and ends with the test. */
export async function site(
  t: Pick<TestContext, 'after'>,
  clock: FakeClock,
  databaseUrl?: string,
): Promise<TestServer> {
  const server = await startTestServer({ databaseUrl, clock, pullGiveUpAfterMs: 1000 });
  atEnd(t, () => server.stop());
  return server;
}

/** Adds a repository; its first pull is over. */
export async function addRepository(
  server: TestServer,
  { key }: Pick<TestRepository, 'key'>,
  over: Partial<RepositorySettings> & { url: string },
): Promise<string> {
  const body = {
    name: 'main',
    fingerprint: key.fingerprint,
    ca: null,
    schedule: { kind: 'interval', minutes: 60 },
    gate: { kind: 'automatic' },
    isEnabled: true,
    ...over,
  } as const;
  const { id } = await server.call(repositoryRoutes.create, { body });
  await settle(server);
  return id;
}

/** Pulls at once; the repository as it is then. */
export async function pullNow(server: TestServer, id: string) {
  await server.call(repositoryRoutes.pull, { as: 'operator', params: { id } });
  await settle(server);
  return server.call(repositoryRoutes.get, { as: 'viewer', params: { id } });
}

/** The repository as a site shows it. */
export const look = (server: TestServer, id: string) => server.call(repositoryRoutes.get, { params: { id } });

/** The address of a repository's folder. */
export const urlOf = ({ folder }: Pick<TestRepository, 'folder'>) => pathToFileURL(folder).href;

/** The packages of a site: id, revision, urgency and origin. */
export async function packagesOf(server: TestServer) {
  const { items } = await server.call(packageRoutes.list, {});
  return items.map(({ id, origin, urgency, revision }) => `${id} ${revision} ${urgency} ${origin}`);
}

/** What can be changed of a repository. */
export function settingsOf(row: RepositorySettings & { name: string }) {
  const { name, url, fingerprint, ca, schedule, gate, isEnabled } = row;
  return { name, url, fingerprint, ca, schedule, gate, isEnabled };
}
