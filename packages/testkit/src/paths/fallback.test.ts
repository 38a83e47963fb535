/** A real agent that cannot get in tells a real fallback status point why. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readJson } from '@tenkai/agent/durable-file.ts';
import { enrollmentRoutes } from '@tenkai/protocol/api/enrollment.ts';
import type { LostMachine } from '@tenkai/protocol/api/fallback.ts';
import { machineRoutes } from '@tenkai/protocol/api/machines.ts';
import { listStatusMessages } from '@tenkai/protocol/api/status.ts';
import { atEnd } from '../at-end.ts';
import { newAgent, until } from '../small-site/run-agent.ts';
import { startTestServer } from '../start-server.ts';
import { cliOf } from '../tenkai-cli.ts';

const options = { timeout: 400_000 };

/** `server` is the site and, for what cannot get in, the fallback status point. */
async function scene(t: TestContext) {
  const server = await startTestServer({ listen: true });
  atEnd(t, () => server.stop());
  const agent = newAgent({ name: 'lost-one', assignment: { fallbackAfterMs: 0 } });
  atEnd(t, () => agent.remove());
  const cli = await cliOf(t, server);
  const lost = (): Promise<LostMachine[]> => cli.json(['fallback', 'list']);
  const pin = `ROOTFINGERPRINT=${server.kernel.keys.rootFingerprint}`;
  const assign = async (...words: string[]) => {
    const { status, stderr } = await agent.command('assign', ...words, '--no-search');
    assert.equal(status, 0, stderr);
  };
  return { server, agent, cli, lost, pin, assign };
}

test(
  'AGENT-13: a machine whose management point is away tells its fallback status point, once, and again when it got in',
  options,
  async (t) => {
    const { server, agent, cli, lost, pin, assign } = await scene(t);
    const ticket = join(agent.root, 'ticket');
    const { secret } = await server.call(enrollmentRoutes.createTicket, {
      body: { name: 'one', maxUses: 1, validHours: 1 },
    });
    writeFileSync(ticket, secret, { mode: 0o600 });
    // Nobody listens at the first one.
    await assign('MP=https://localhost:1', `FSP=${server.baseUrl}`, pin, `TICKET=${ticket}`);
    agent.start();
    const [row] = await until(async () => {
      const rows = await lost();
      return rows.length > 0 ? rows : undefined;
    });
    assert.deepEqual(
      [row?.name, row?.kind, row?.code, row?.detail, row?.server],
      ['lost-one', 'connection', 'site-unreachable', 'ECONNREFUSED', 'https://localhost:1'],
    );
    const { items } = await server.call(listStatusMessages, { query: { code: 'fallback.machine-lost' } });
    assert.equal(items.length, 1);
    const said = JSON.stringify(items) + JSON.stringify(row) + readFileSync(agent.data.fallback, 'utf8');
    assert.ok(!said.includes(secret));
    const shown = await cli.run(['fallback', 'list']);
    assert.match(shown.stdout, /lost-one .*site-unreachable/);

    await assign(`MP=${server.baseUrl}`);
    await until(async () => (await server.call(machineRoutes.list, { query: {} })).items.length === 1);
    await until(async () => (await lost()).length === 0);
  },
);

test(
  'AGENT-13: a certificate that is not the pinned one and a search that found nothing are told too, also after the fallback status point was away',
  options,
  async (t) => {
    const { server, agent, lost, assign } = await scene(t);
    const stranger = `ROOTFINGERPRINT=${'0'.repeat(64)}`;
    // Kept on the disk until somebody takes it.
    await assign(`MP=${server.baseUrl}`, stranger, 'FSP=https://localhost:1');
    agent.start();
    await until(
      () => readJson<{ trouble: { kind: string } }>(agent.data.fallback)?.trouble?.kind === 'certificate',
    );
    assert.deepEqual(await lost(), []);
    await assign(`FSP=${server.baseUrl}`);
    const first = async () => (await lost())[0];
    assert.equal((await until(first)).code, 'site-root-mismatch');
    await assign('MP=', `LOCATOR=${server.baseUrl}`, 'SITECODE=NON');
    const row = await until(async () => {
      const one = await first();
      return one?.kind === 'assignment' ? one : undefined;
    });
    assert.equal(row.code, 'assignment-none');
    assert.match(row.detail, /knows no site/);
  },
);
