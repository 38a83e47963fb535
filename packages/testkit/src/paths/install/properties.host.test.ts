/**
 * Every property through the life of the agent's .deb and .rpm: given at the installation by its old name, seen, kept by
 * repair and upgrade, changed and taken away on purpose. One story for each, in order, on hosts that reach no site. The
 * same table goes through the MSI in msi-folder.host.test.ts.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { ConfiguredProperty } from '@tenkai/agent/assignment/show-config.ts';
import { propertyLine } from '@tenkai/domain/push/push-properties.ts';
import { noDebTools } from '../../rig/deb.ts';
import { type DebianHost, noDebianHosts, startHost } from '../../rig/debian-host.ts';
import { installRpm, noRpm } from '../../rig/rpm.ts';
import { runProgram } from '../../tenkai-cli.ts';
import { cliEnvironment } from '../scene/cli-environment.ts';
import { type HostScene, startHostScene } from '../scene/host-scene.ts';
import { propertyTable, shownOf } from '../scene/property-table.ts';
import { shippedDeb, shippedRpm } from '../scene/shipped-deb.ts';

const newer = '0.1.1';
const slowMs = 300_000;
const main = join(import.meta.dirname, '../../../../cli/src/main.ts');
const patchPath = '/srv/Client Patches/TK1001.tkp';
const ticketPath = '/root/ticket';
const kept = '/var/lib/tenkai-agent/identity/ticket';

const packagers = {
  deb: {
    shipped: (version?: string) => shippedDeb('agent', version),
    prepare: async () => undefined,
    install: 'dpkg --install',
  },
  rpm: {
    shipped: (version?: string) => shippedRpm('agent', version),
    prepare: installRpm,
    install: 'rpm -U --replacepkgs',
  },
} as const;

const skip = noDebianHosts || noDebTools || noRpm;

describe('every property of an installation', { skip, timeout: 900_000 }, () => {
  let scene: HostScene;
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tenkai-properties-'));
    scene = await startHostScene([]);
    const words = ['create', await shippedDeb('agent', newer), '--id', 'TK1001', '--title', 'A cure'];
    const env = await cliEnvironment(scene.site, folder);
    const argv = [main, 'agent', 'patch', ...words, '--out', join(folder, 'TK1001.tkp')];
    const { code, stderr } = await runProgram(process.execPath, argv, { env });
    assert.equal(code, 0, stderr);
  });
  after(async () => {
    await scene?.destroy();
    await rm(folder, { recursive: true, force: true });
  });

  for (const [kind, packager] of Object.entries(packagers))
    describe(`by .${kind}`, () => {
      let host: DebianHost;
      before(async () => {
        host = await startHost({ name: `properties-${kind}`, network: scene.network });
        await packager.prepare(host);
        await host.copyIn(await packager.shipped(), '/root/older');
        await host.copyIn(await packager.shipped(newer), '/root/newer');
        await host.copyIn(join(folder, 'TK1001.tkp'), patchPath);
      });
      after(() => host?.destroy());

      async function install(file: '/root/older' | '/root/newer', line = '') {
        const { code, stderr } = await host.run(`unshare --net ${packager.install} ${file}`, {
          timeoutMs: slowMs,
          env: { TENKAI_AGENT_PROPERTIES: line },
        });
        assert.equal(code, 0, stderr);
        assert.doesNotMatch(stderr, /scriptlet failed/);
      }
      async function properties(): Promise<Record<string, string>> {
        const rows = JSON.parse(await host.ask('tenkai-agent config show --json')) as ConfiguredProperty[];
        return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
      }
      const giveTicket = (secret: string) => host.writeFile(ticketPath, secret, 0o600);
      const hasTicket = async () => (await host.run(['test', '-e', ticketPath])).code === 0;
      const version = () => host.ask('tenkai-agent --version');

      /** The table, with the root key that signs the patch. */
      const cases = () => {
        const root = { given: scene.site.rootFingerprint, shown: scene.site.rootFingerprint };
        return propertyTable('/srv/').map((one) =>
          one.name === 'ROOTFINGERPRINT' ? { ...one, first: root } : one,
        );
      };
      const first = () => ({ ...shownOf(cases(), 'first'), PATCH: patchPath });

      test('AGENT-09, AGENT-11, AGENT-12, AGENT-13, AGENT-14: each is given by its old name, and seen', async () => {
        await giveTicket('first-ticket');
        const given = cases().map((one) => `${one.oldName}=${one.first.given}`);
        await install('/root/older', `${given.join(' ')} PATCH="${patchPath}" TICKET="${ticketPath}"`);
        assert.deepEqual(await properties(), first());
        assert.equal(await host.ask(['cat', kept]), 'first-ticket');
        assert.equal(await hasTicket(), false, 'a ticket is moved, not copied');
        assert.equal(await version(), newer, 'it is patched');
      });

      test('AGENT-07, AGENT-27: a repair keeps each, the ticket and the patch', async () => {
        await install('/root/older');
        assert.deepEqual(await properties(), first());
        assert.equal(await host.ask(['cat', kept]), 'first-ticket');
        assert.equal(await version(), newer);
      });

      test('AGENT-27: an upgrade keeps each, but what is changed on purpose', async () => {
        const changed = cases().filter(({ name }) => ['DNSSUFFIX', 'FSP'].includes(name));
        const words = changed.map(({ name, later }) => ({ name, value: later.given }));
        await install('/root/newer', propertyLine(words));
        assert.deepEqual(await properties(), { ...first(), ...shownOf(changed, 'later') });
        assert.equal(await host.ask(['cat', kept]), 'first-ticket');
      });

      test('each is changed by a later installation, the ticket too', async () => {
        await giveTicket('second-ticket');
        const words = cases().map(({ name, later }) => ({ name, value: later.given }));
        await install('/root/newer', `${propertyLine(words)} TICKET=${ticketPath}`);
        assert.deepEqual(await properties(), { ...first(), ...shownOf(cases(), 'later') });
        assert.equal(await host.ask(['cat', kept]), 'second-ticket');
      });

      test('AGENT-27: each is taken away by its name without a value', async () => {
        const words = [...cases().map(({ name }) => name), 'PATCH' as const];
        await install('/root/newer', propertyLine(words.map((name) => ({ name, value: null }))));
        assert.deepEqual(await properties(), {});
      });
    });
});
