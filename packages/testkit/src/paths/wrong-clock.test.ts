/** A real agent whose clock is years off: it says so, keeps what it has to tell, and goes on once the clock is right. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readEnrollment } from '@tenkai/agent/identity.ts';
import { readStatus } from '@tenkai/agent/service/status-file.ts';
import { readSettings } from '@tenkai/agent/settings.ts';
import { enrollmentRoutes } from '@tenkai/protocol/api/enrollment.ts';
import { machineRoutes } from '@tenkai/protocol/api/machines.ts';
import { atEnd } from '../at-end.ts';
import { newAgent, until } from '../small-site/run-agent.ts';
import { startTestServer } from '../start-server.ts';

const libraries = '/usr/lib';
const library = readdirSync(libraries)
  .map((name) => join(libraries, name, 'faketime/libfaketime.so.1'))
  .find((file) => existsSync(file));

test('an agent whose clock is years off says so with the way out, and is back by itself when the clock is right', {
  skip: library === undefined && 'LIBFAKETIME is MISSING: run node scripts/install-test-tools.mjs',
  timeout: 300_000,
}, async (t) => {
  const server = await startTestServer({ listen: true });
  atEnd(t, () => server.stop());
  const agent = newAgent({ name: 'drifter', assignment: { fallbackAfterMs: 0 } });
  atEnd(t, () => agent.remove());
  const body = { name: 'one', maxUses: 1, validHours: 1 };
  const { secret } = await server.call(enrollmentRoutes.createTicket, { body });
  const ticketFile = join(agent.root, 'ticket');
  writeFileSync(ticketFile, secret, { mode: 0o600 });
  agent.configure({
    server: server.baseUrl,
    rootFingerprint: server.kernel.keys.rootFingerprint,
    ticketFile,
  });
  const offset = join(agent.data.root, '../clock');
  const setClock = (years: number) =>
    writeFileSync(offset, years === 0 ? '+0' : `${years > 0 ? '+' : ''}${years}y`);
  const env = {
    LD_PRELOAD: library ?? '',
    FAKETIME_TIMESTAMP_FILE: offset,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    FAKETIME_DONT_RESET: '1',
  };
  const isOnline = async (wanted: boolean) =>
    until(async () => {
      const { items } = await server.call(machineRoutes.list, { query: {} });
      return items.length === 1 && items[0]?.isOnline === wanted ? items[0].id : undefined;
    });
  const says = (why: RegExp) => until(() => why.exec(readStatus(agent.data)?.trouble ?? '')?.[0]);

  // Before the site has ever seen it: the battery of its board is empty.
  setClock(-9);
  agent.start(env);
  const year = new Date().getUTCFullYear();
  await says(
    new RegExp(
      `^At ${year - 9}-.*the time of this machine, the certificate of ${server.baseUrl} is not valid\\..*timedatectl.*by itself`,
    ),
  );
  assert.equal(readEnrollment(agent.data), undefined);
  setClock(0);
  const id = await isOnline(true);
  assert.equal(readSettings(agent.data).ticketFile, undefined, 'the ticket was not lost');

  // While it is managed: somebody has set the clock, and the machine is started.
  agent.services().at(-1)?.kill('SIGTERM');
  await isOnline(false);
  setClock(9);
  agent.start(env);
  await says(new RegExp(`^At ${year + 9}-`));
  assert.match(readFileSync(join(agent.data.log, 'agent.log'), 'utf8'), /CERT_HAS_EXPIRED/);
  setClock(0);
  assert.equal(await isOnline(true), id);
});
