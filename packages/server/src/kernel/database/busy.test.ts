/** A database whose connections are all taken, as whoever asks the site sees it. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import { createSiteClient } from '@tenkai/protocol/agent/link/index.ts';
import { machineRoutes } from '@tenkai/protocol/api/machines.ts';
import { RemoteProblem } from '@tenkai/protocol/problem.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aHeartbeat } from '@tenkai/testkit/bare-agent.ts';
import { noPostgres, type Postgres, startPostgres } from '@tenkai/testkit/rig/postgres.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';
import * as Type from 'typebox';

let postgres: Promise<Postgres> | undefined;
after(async () => (await postgres)?.stop());

/** As many as the server opens. */
const connections = 10;

for (const gateways of [0, 1])
  test(`a database that stays busy is 503 with Retry-After at every door, and nothing stays of it [${gateways} gateways]`, {
    skip: noPostgres,
    timeout: 120_000,
  }, async (t) => {
    postgres ??= startPostgres();
    const databaseUrl = await (await postgres).createDatabase();
    const server = await startTestServer({ databaseUrl, gateways, listen: true });
    atEnd(t, () => server.stop());
    const { db, keys } = server.kernel;
    const client = createSiteClient({ url: server.baseUrl, rootCertificate: keys.rootCertificate });
    atEnd(t, () => client.close());
    const apiToken = await server.apiToken('administrator');
    const list = () =>
      client.call({ method: 'GET', path: machineRoutes.list.path, token: apiToken, reply: Type.Unknown() });
    await list();
    const held = Promise.withResolvers<void>();
    const holding = Array.from({ length: connections }, () => db.transaction(() => held.promise));
    const isBusy = (error: unknown) => {
      assert.ok(error instanceof RemoteProblem);
      assert.deepEqual([error.status, error.problem.code, error.retryAfterMs], [503, 'database-busy', 5000]);
      assert.match(error.problem.remedy, /in 5 seconds/);
      return true;
    };
    const body = { outbox: 'an-outbox', reports: [{ number: 1, report: aHeartbeat() }] };
    const report = { body, token: server.agentToken('m1'), reply: Type.Unknown() };
    await Promise.all([
      assert.rejects(list(), isBusy),
      assert.rejects(client.call({ method: 'POST', path: agentPaths.reports, ...report }), isBusy),
    ]);
    held.resolve();
    await Promise.all(holding);
    await list();
  });
