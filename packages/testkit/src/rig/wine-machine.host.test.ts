import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { makeNetwork, type Network } from './network.ts';
import { until } from './until.ts';
import { noWine, startWine, type WineMachine, wineNodePath } from './wine-machine.ts';

describe('a Wine machine', { skip: noWine }, () => {
  let network: Network;
  let machine: WineMachine;
  before(async () => {
    network = await makeNetwork();
    machine = await startWine({ name: 'win1', network });
  });
  after(async () => {
    await machine?.destroy();
    await network?.destroy();
  });

  test('is a Windows 10 of its own, with Node', async () => {
    assert.match(await machine.ask(['cmd', '/c', 'ver']), /10\.0\.\d+/);
    const facts =
      'JSON.stringify([process.platform, process.version.split(".")[0], require("os").hostname()])';
    const said = await machine.ask([wineNodePath, '-p', facts]);
    assert.deepEqual(JSON.parse(said), ['win32', process.version.split('.')[0], 'win1']);
    assert.equal((await machine.run(['cmd', '/c', 'exit 7'])).code, 7);
  });

  test('keeps files, the registry and its services over a restart', async () => {
    await machine.writeFile(
      'C:\\kept\\a.js',
      'require("fs").appendFileSync("C:\\\\kept\\\\starts", "x"); setInterval(() => {}, 9e5)',
    );
    await machine.ask(['reg', 'add', 'HKLM\\Software\\Rig', '/v', 'Kept', '/d', 'yes']);
    const service = machine.service([wineNodePath, 'C:\\kept\\a.js']);
    const starts = () => readFile(machine.pathOf('C:\\kept\\starts'), 'utf8').catch(() => '');
    await until('the service runs', async () => (await starts()) === 'x', 600_000);
    await machine.restart();
    assert.match(await machine.ask(['reg', 'query', 'HKLM\\Software\\Rig', '/v', 'Kept']), /REG_SZ\s+yes/);
    await until('the service runs again', async () => (await starts()) === 'xx', 600_000);
    assert.ok(service.isRunning, service.log());
  });

  test('starts programs and services again that came as the server of Wine was ending', async () => {
    // Says what Wine says then, as often as there are files.
    const misses =
      '#!/bin/sh\nfor miss in /misses/*; do [ ! -e "$miss" ] || { rm "$miss"; echo "wine client error:0: write: Bad file descriptor" >&2; exit 1; }; done\nexec /usr/bin/wine "$@"\n';
    await machine.host.writeFile('/usr/local/bin/wine', misses, 0o755);
    const miss = (times: number) => machine.host.ask(`mkdir -p /misses; cd /misses; touch $(seq ${times})`);
    const touch = (name: string) => [
      wineNodePath,
      '-e',
      `fs.appendFileSync('C:\\\\${name}', 'x'); setInterval(() => {}, 9e5)`,
    ];
    const read = (name: string) => readFile(machine.pathOf(`C:\\${name}`), 'utf8').catch(() => '');
    await miss(2);
    assert.equal((await machine.run(['cmd', '/c', 'exit 7'])).code, 7);
    await miss(2);
    const late = machine.service(touch('late'), { atBoot: false });
    await until('the service runs', async () => (await read('late')) === 'x', 600_000);
    assert.equal(late.log().split('client error:0').length, 3, 'after two misses');
    await late.kill();
    assert.ok(!late.isRunning, 'one that was ended stays so');
    await miss(3);
    const never = machine.service(touch('never'), { atBoot: false });
    await until('it is given up', () => !never.isRunning && never.log().split('client error:0').length === 4);
    assert.equal(await read('never'), '');
  });

  test('leaves its Windows to nobody', async () => {
    const other = await startWine({ name: 'win2', network });
    try {
      assert.notEqual((await other.run(['reg', 'query', 'HKLM\\Software\\Rig'])).code, 0);
      assert.ok(!existsSync(other.pathOf('C:\\kept')));
    } finally {
      await other.destroy();
    }
  });
});
