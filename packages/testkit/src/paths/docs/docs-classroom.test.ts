import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isFinal } from '@tenkai/domain';
import { deploymentRoutes, machineRoutes } from '@tenkai/protocol';
import { atEnd } from '../../at-end.ts';
import { until } from '../../rig/until.ts';
import { startTestServer, type TestServer } from '../../start-server.ts';
import { type Cli, cliOf } from '../../tenkai-cli.ts';

const guide = join(import.meta.dirname, '../../../../../docs/classroom.md');

/** Every command of the guide that it writes in full, in its order. */
async function commandsOf(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8');
  const found = [...text.matchAll(/^(tenkai .*)$|`(tenkai [^`]+)`/gm)];
  return found.map(([, line, inText]) => line ?? inText ?? '');
}

/** As a shell reads them: words, some of them in quotes. */
const wordsOf = (command: string) =>
  [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '').slice(1);

/** What the guide says to write for its names, where the room is a simulated one. */
const simulated = (command: string) =>
  command.replace(/pc-1[24]-0([0-9])/g, 'sim7-00000$1').replaceAll('10.0.12.0/24', '10.0.0.0/24');

test('the worked example of a classroom of 30 machines runs as it is written', {
  timeout: 600_000,
}, async (t) => {
  const server = await startTestServer({ listen: true });
  atEnd(t, () => server.stop());
  const cli = await cliOf(t, server);
  const commands = (await commandsOf(guide)).map(simulated);
  const done = new Set<string>();
  const named = (part: string) => {
    const found = commands.filter((command) => command.includes(part));
    assert.ok(found.length > 0, `the guide says nothing of ${part}`);
    return found;
  };
  const run = async (part: string, change = (command: string) => command) => {
    for (const command of named(part)) {
      if (done.has(command)) continue;
      done.add(command);
      const { code, stderr } = await cli.run(wordsOf(change(command)), { cwd: cli.home });
      assert.equal(code, 0, `${command}: ${stderr}`);
    }
  };
  await startRoom(t, server, cli, wordsOf(named('tenkai simulate')[0] ?? ''));
  done.add(named('tenkai simulate')[0] ?? '');
  await mkdir(join(cli.home, 'drawing'));
  await writeFile(join(cli.home, 'drawing/setup.sh'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });

  await run('tenkai collection create');
  await server.app.collections.settled();
  await run('tenkai collection explain');
  await run('tenkai package create');
  await run('tenkai scenario create');
  await run('tenkai deployment preview');
  // One more than there are, so that they wait; and not on a Sunday.
  await run('tenkai deployment create', (command) =>
    command.replace(/--at \S+ /, '').replace('--max-targets 30', '--max-targets 31'),
  );
  const [made] = (await server.call(deploymentRoutes.list, { query: {} })).items;
  assert.ok(made);
  const look = () => server.call(deploymentRoutes.get, { params: { id: made.id } });
  await until('the room waits', async () => (await look()).group?.ready === 30, 120_000);
  for (const part of ['show', 'leave-group', 'start-group', 'waves', 'unicast'])
    await run(`tenkai deployment ${part}`);
  await until(
    'all have ended',
    async () => {
      const { items } = await server.call(deploymentRoutes.runs, {
        params: { id: made.id },
        query: { limit: 100 },
      });
      return items.length === 30 && items.every(({ status }) => isFinal(status));
    },
    300_000,
  );
  const { counts } = await look();
  assert.ok(counts.succeeded >= 25, JSON.stringify(counts));
  for (const part of ['runs', 'retry']) await run(`tenkai deployment ${part}`);
  for (const part of ['multicast show', 'multicast list', 'multicast representative', 'site settings'])
    await run(`tenkai ${part}`);
  assert.deepEqual(
    commands.filter((command) => !done.has(command)),
    [],
    'commands that nobody has run',
  );
});

/** The simulated room, until the end of the test. */
async function startRoom(t: TestContext, server: TestServer, { home }: Cli, words: readonly string[]) {
  const main = join(import.meta.dirname, '../../../../cli/src/main.ts');
  const env = {
    HOME: home,
    PATH: process.env.PATH ?? '',
    TENKAI_URL: server.baseUrl,
    TENKAI_TOKEN: await server.apiToken('administrator'),
    TENKAI_ROOT_FINGERPRINT: server.kernel.keys.rootFingerprint,
  };
  const room = spawn(process.execPath, [main, ...words], { env, cwd: home, stdio: 'ignore' });
  const ended = once(room, 'exit');
  atEnd(t, async () => {
    room.kill('SIGINT');
    await ended;
  });
  await until(
    '30 machines are known',
    async () => {
      const { items } = await server.call(machineRoutes.list, { query: { limit: 100 } });
      return items.filter(({ isOnline, architecture }) => isOnline && architecture !== '').length === 30;
    },
    180_000,
  );
}
