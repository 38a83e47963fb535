/** What `tenkai firewall` says and prints anywhere, without a firewall and without rights. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeSiteSettings } from '@tenkai/protocol/api/site.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';
import { cliOf } from '@tenkai/testkit/tenkai-cli.ts';
import { type Inside, tenkai } from './firewall-for-test.ts';

test('each command explains the options that it has, with paths as they are typed', async () => {
  const plain: Inside = (args) => args;
  const help = async (name: string) => (await tenkai(plain, name, '--help')).stdout;
  const [close = ''] = (await help('close')).split('Global Options:');
  assert.deepEqual(close.match(/--[a-z-]+/g), ['--role', '--dry-run', '--help']);
  assert.match(await help('plan'), /\(default: C:\\Program Files\\NEC\\DeploymentManager\)/);
  assert.match(await help('open'), /\(default:\s+\/etc\/default\/tenkai-server\)/);
  assert.equal((await tenkai(plain, 'close', '--multicast', '9-10')).code, 2);
  const plan = (...words: string[]) => tenkai(plain, 'plan', '--for', 'windows', ...words);
  const strange = await plan('--site-address', '10.0.0.1');
  assert.deepEqual([strange.code, /--site-address is not for --role server/.test(strange.stderr)], [2, true]);
  assert.equal((await plan('--role', 'agent', '--dhcp')).code, 2);
  assert.equal((await plan('--dhcp')).code, 0);
});

test('BFWL-12, BFWL-13, BFWL-16: commands for other systems are printed anywhere, without rights', async () => {
  const plain: Inside = (args) => args;
  const xp = await tenkai(plain, 'plan', '--for', 'windows-xp');
  assert.equal(xp.stdout, 'netsh firewall add portopening TCP 8443 "Tenkai(TCP:8443)" ENABLE\n', xp.stderr);
  const old = await tenkai(plain, 'plan', '--for', 'deploymentmanager', '--nfs', '1055');
  assert.equal(old.stdout.trim().split('\n').length, 16 + 7);
  assert.equal((await tenkai(plain, 'plan', '--for', 'os2')).code, 2);
  assert.equal((await tenkai(plain, 'open', '--multicast', '9-8')).code, 2);
});

test('BAGT-02: rules printed for the agent of a Windows machine name its program in the folder that is given', async () => {
  const plain: Inside = (args) => args;
  const needs = ['--role', 'agent', '--multicast', '56100-56101', '--site-address', '10.0.0.1'];
  const lines = async (...more: string[]) =>
    (await tenkai(plain, 'plan', ...needs, ...more)).stdout.trim().split('\n');
  const rule =
    'add rule name="Tenkai(agent UDP:56100-56101)" dir=in protocol=udp localport=56100-56101 action=allow';
  const [usual] = await lines('--for', 'windows');
  assert.equal(
    usual,
    `netsh advfirewall firewall ${rule} program="C:\\Program Files\\Tenkai\\Agent\\node.exe"`,
  );
  const [moved, echo] = await lines('--for', 'windows', '--agent-folder', 'D:\\Apps\\Tenkai\\');
  assert.equal(moved, `netsh advfirewall firewall ${rule} program="D:\\Apps\\Tenkai\\node.exe"`);
  assert.doesNotMatch(echo ?? '', /program=/);
  assert.deepEqual(await lines('--for', 'windows-xp', '--agent-folder', 'D:\\Apps'), [
    'netsh firewall add allowedprogram "D:\\Apps\\node.exe" "Tenkai(node.exe)" ENABLE',
    'netsh firewall set icmpsetting 8 ENABLE',
  ]);
});

test('BFWL-14: the ports of multicast are those that the site has, where it is asked', async (t) => {
  const server = await startTestServer({ listen: true });
  atEnd(t, () => server.stop());
  const cli = await cliOf(t, server);
  const ranges = async () => {
    const { stdout } = await cli.run(['firewall', 'plan', '--for', 'windows', '--from-site']);
    return stdout.match(/UDP:[\d-]+/)?.[0];
  };
  const body = { multicast: true, multicastFirstPort: 40_000, multicastSessions: 8 };
  await server.call(changeSiteSettings, { body });
  assert.equal(await ranges(), 'UDP:40000-40015');
  await server.call(changeSiteSettings, { body: { multicast: false } });
  assert.equal(await ranges(), undefined);
});
