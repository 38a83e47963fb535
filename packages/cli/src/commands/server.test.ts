import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { startSiteProcess } from '@tenkai/testkit/site-process.ts';
import { createCli, runProgram } from '@tenkai/testkit/tenkai-cli.ts';
import { runCli } from '../program.ts';
import type { Terminal } from '../terminal.ts';
import type { Port } from './server.ts';

const ss = ['/usr/bin/ss', '/bin/ss', '/usr/sbin/ss'].find((path) => existsSync(path));
const noSs = ss ? false : 'ss is missing: install iproute2';

/** Free at this moment; nobody else here takes one so soon. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** What the process really listens on: `tcp 8443`. */
async function listenersOf(pid: number): Promise<string[]> {
  const { stdout } = await runProgram(ss ?? '', ['-H', '-lntup'], {});
  const own = stdout.split('\n').filter((line) => line.includes(`pid=${pid},`));
  return own.map((line) => {
    const [protocol, , , , local = ''] = line.split(/\s+/);
    return `${protocol} ${local.split(':').at(-1)}`;
  });
}

/** Ports of the rules that a firewall of Windows would need. */
async function ruledPorts(env: Record<string, string>): Promise<string[]> {
  const stdout = new PassThrough();
  const streams = { stdin: process.stdin, stdout, stderr: process.stderr };
  const terminal = { ...streams, env, cwd: process.cwd() } as unknown as Terminal;
  const args = ['--json', 'firewall', 'plan', '--for', 'windows'];
  assert.equal(await runCli(args, { terminal, signal: new AbortController().signal }), 0);
  const { commands } = JSON.parse(String(stdout.read())) as { commands: string[] };
  return commands.map((line) => /localport=([\d-]+)/.exec(line)?.[1] ?? line);
}

test('BSRV-10, BSRV-11, BSRV-12: the ports that are set are told, listened on, linked to and asked of a firewall', {
  skip: noSs,
}, async (t) => {
  const [port, redirect] = [await freePort(), await freePort()];
  const env = {
    TENKAI_PORT: String(port),
    TENKAI_REDIRECT_PORT: String(redirect),
    TENKAI_LISTEN: '127.0.0.1',
  };
  const site = await startSiteProcess(t, env);
  const cli = await createCli(t);
  const told: Port[] = await cli.json(['server', 'ports'], { env });
  const listening = await listenersOf(site.child.pid ?? 0);
  assert.deepEqual(
    told.map(({ protocol, port: number }) => `${protocol} ${number}`).sort(),
    listening.sort(),
  );
  assert.equal(listening.length, 2);
  assert.deepEqual(await ruledPorts(env), [String(port), String(redirect)]);
  assert.equal(new URL(site.setupLink ?? '').port, String(port));
  const shown = await fetch(`http://127.0.0.1:${redirect}/machines`, { redirect: 'manual' });
  assert.equal(shown.headers.get('location'), `https://127.0.0.1:${port}/machines`);
});

test('BSRV-13: what is switched off is not listened on, and asks for no rule', { skip: noSs }, async (t) => {
  const env = { TENKAI_PORT: String(await freePort()), TENKAI_LISTEN: '127.0.0.1' };
  const site = await startSiteProcess(t, env);
  assert.deepEqual(await listenersOf(site.child.pid ?? 0), [`tcp ${env.TENKAI_PORT}`]);
  assert.deepEqual(await ruledPorts(env), [env.TENKAI_PORT]);
  const multicast = { ...env, TENKAI_MULTICAST_PORTS: '56100-56227' };
  assert.deepEqual(await ruledPorts(multicast), [env.TENKAI_PORT, '56100-56227']);
});

test('the settings of an installed server are read from its file', async (t) => {
  const cli = await createCli(t);
  const file = join(cli.home, 'tenkai-server');
  await writeFile(file, '# comment\n#TENKAI_PORT=1\nTENKAI_PORT="443"\nTENKAI_REDIRECT_PORT=80\n');
  const told: Port[] = await cli.json(['server', 'ports', '--settings', file]);
  assert.deepEqual(
    told.map(({ port }) => port),
    [443, 80],
  );
  assert.equal((await cli.run(['server', 'ports', '--settings', join(cli.home, 'absent')])).code, 2);
  assert.equal((await cli.run(['server', 'ports'], { env: { TENKAI_PORT: 'x' } })).code, 2);
});
