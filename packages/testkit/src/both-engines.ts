import { randomBytes } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import pg from 'pg';

/** The engine on which a test runs at the moment; hand it to startTestServer or openDatabase. */
export interface EngineUnderTest {
  readonly engine: 'sqlite' | 'postgres';
  /** An empty database of this test's own; undefined on the embedded engine. */
  readonly databaseUrl: string | undefined;
}

/**
 * Runs a test twice: on the embedded engine, and on PostgreSQL in a new, empty database. Without PostgreSQL the
 * second half is skipped and says so.
 */
export function onBothEngines(name: string, run: (t: TestContext, under: EngineUnderTest) => Promise<void>) {
  test(`${name} [sqlite]`, (t) => run(t, { engine: 'sqlite', databaseUrl: undefined }));
  test(`${name} [postgres]`, async (t) => {
    const server = await postgresServer();
    if (server.missing !== undefined) return t.skip(`POSTGRESQL IS MISSING: ${server.missing}`);
    const database = await createDatabase(server.url);
    // Registered last and so run after the test's own hooks: nobody uses the database any more.
    try {
      await run(t, { engine: 'postgres', databaseUrl: database });
    } finally {
      t.after(() => dropDatabase(server.url, database));
    }
  });
}

type PostgresServer = { url: string; missing?: undefined } | { missing: string };

let shared: Promise<PostgresServer> | undefined;

/** One server for a test file: the one named by the environment, or one that the rig starts. */
function postgresServer(): Promise<PostgresServer> {
  shared ??= findServer();
  return shared;
}

async function findServer(): Promise<PostgresServer> {
  const named = process.env.TENKAI_TEST_POSTGRES;
  if (named) return { url: named };
  return { missing: 'TENKAI_TEST_POSTGRES is not set' };
}

async function createDatabase(adminUrl: string): Promise<string> {
  const name = `tenkai_test_${randomBytes(6).toString('hex')}`;
  await asAdministrator(
    adminUrl,
    `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'`,
  );
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return url.href;
}

async function dropDatabase(adminUrl: string, databaseUrl: string) {
  await asAdministrator(adminUrl, `DROP DATABASE ${new URL(databaseUrl).pathname.slice(1)} WITH (FORCE)`);
}

async function asAdministrator(url: string, statement: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}
