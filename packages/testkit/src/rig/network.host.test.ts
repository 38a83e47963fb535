import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { atEnd } from '../at-end.ts';
import { runCommand } from './command.ts';
import { makeNetwork, type Namespace, noNetworks } from './network.ts';
import { end, spawnOwned } from './own-process.ts';
import { until } from './until.ts';

const answers = async (from: Namespace, address: string) =>
  (await runCommand(from.command(['ping', '-c', '1', '-W', '1', address]))).code === 0;

test('machines reach the site and each other until their cable is cut', { skip: noNetworks }, async (t) => {
  const network = await makeNetwork();
  atEnd(t, () => network.destroy());
  const [one, two] = [await network.addMachine(), await network.addMachine()];
  await until('one reaches the site', () => answers(one, network.site.address));
  await until('one reaches two', () => answers(one, two.address));
  for (const how of ['pulled', 'silent'] as const) {
    await one.cut(how);
    assert.equal(await answers(network.site, one.address), false, how);
    assert.equal(await answers(network.site, two.address), true, 'the others are not touched');
    await one.restore();
    await until('the site reaches one again', () => answers(network.site, one.address));
  }
});

test('a forward leads from loopback into the namespace', { skip: noNetworks }, async (t) => {
  const network = await makeNetwork();
  atEnd(t, () => network.destroy());
  const source = `require('node:http').createServer((q, r) => r.end('from ' + q.socket.localAddress)).listen(8080, '0.0.0.0', () => console.log('ready'))`;
  const [program = '', ...args] = network.site.command([process.execPath, '-e', source]);
  const server = spawnOwned(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  atEnd(t, () => end(server));
  await new Promise((resolve) => server.stdout?.once('data', resolve));
  const forward = await network.forward(8080);
  const reply = await fetch(`http://127.0.0.1:${forward.port}/`);
  assert.equal(await reply.text(), 'from 10.77.0.1');
});

test('the namespaces end with the process that made them, even when it is killed', {
  skip: noNetworks,
}, async () => {
  const source = `import { makeNetwork } from ${JSON.stringify(new URL('network.ts', import.meta.url).href)};
    const network = await makeNetwork(); console.log(network.site.pid); setInterval(() => {}, 1000);`;
  const maker = spawnOwned(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = await new Promise<Buffer>((resolve) => maker.stdout?.once('data', resolve));
  const holder = `/proc/${String(said).trim()}`;
  assert.ok(existsSync(holder));
  await end(maker, 'SIGKILL');
  await until('the namespace is gone', () => !existsSync(holder));
});
