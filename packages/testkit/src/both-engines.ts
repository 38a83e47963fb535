import { after, type TestContext, test } from 'node:test';
import { noPostgres, type Postgres, startPostgres } from './rig/postgres.ts';

/** The engine on which a test runs at the moment; hand it to startTestServer or openDatabase. */
export interface EngineUnderTest {
  readonly engine: 'sqlite' | 'postgres';
  /** An empty database of this test's own; undefined on the embedded engine. */
  readonly databaseUrl: string | undefined;
}

/**
 * Runs a test twice: on the embedded engine, and on PostgreSQL in a new, empty database. One PostgreSQL serves a
 * test file. Where it is not installed the second half is skipped and says so.
 */
export function onBothEngines(name: string, run: (t: TestContext, under: EngineUnderTest) => Promise<void>) {
  stopAtTheEnd();
  test(`${name} [sqlite]`, (t) => run(t, { engine: 'sqlite', databaseUrl: undefined }));
  test(`${name} [postgres]`, { skip: noPostgres }, async (t) => {
    server ??= startPostgres();
    await run(t, { engine: 'postgres', databaseUrl: await (await server).createDatabase() });
  });
}

let server: Promise<Postgres> | undefined;
let willStop = false;

function stopAtTheEnd() {
  if (willStop) return;
  willStop = true;
  after(async () => {
    const running = await server?.catch(() => undefined);
    await running?.stop();
  });
}
