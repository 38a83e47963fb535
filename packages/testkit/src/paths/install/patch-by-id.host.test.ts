/**
 * PATCH= of the first installation where the patch is not on the machine: by its id from the site, from an https address,
 * from a share that is mounted there. Each installation begins on a host without the agent.
 */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { agentPatchPackageId, agentPatchPath } from '@tenkai/domain/agent-patch/agent-patch.ts';
import { packageRoutes } from '@tenkai/protocol';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import { type PatchDocument, packPatch } from '@tenkai/protocol/agent/patch.ts';
import { aDraft } from '../../package-draft.ts';
import { noDebTools } from '../../rig/deb.ts';
import { type DebianHost, noDebianHosts, startHost } from '../../rig/debian-host.ts';
import { runProgram } from '../../tenkai-cli.ts';
import { cliEnvironment } from '../scene/cli-environment.ts';
import { upload } from '../scene/deploy.ts';
import { type HostScene, startHostScene } from '../scene/host-scene.ts';
import { shippedDeb } from '../scene/shipped-deb.ts';
import { type SiteProcess, startSiteProcess } from '../scene/site-process.ts';

const newer = '0.1.1';
const slowMs = 300_000;
const main = join(import.meta.dirname, '../../../../cli/src/main.ts');
const share = '/mnt/dp share';

describe('PATCH= from elsewhere', { skip: noDebianHosts || noDebTools, timeout: 900_000 }, () => {
  let scene: HostScene;
  let other: SiteProcess;
  let host: DebianHost;
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tenkai-patch-by-id-'));
    scene = await startHostScene([]);
    other = await startSiteProcess(scene.network, { code: 'OTH', port: 9443 });
    host = await startHost({ name: 'patch-by-id', network: scene.network });
    await host.copyIn(await shippedDeb('agent'), '/root/agent.deb');
    const words = ['create', await shippedDeb('agent', newer), '--id', 'TK1001', '--title', 'A cure'];
    await tenkai(scene.site, ...words, '--out', file);
  });
  after(async () => {
    await host?.destroy();
    await other?.destroy();
    await scene?.destroy();
    await rm(folder, { recursive: true, force: true });
  });

  const file = join(tmpdir(), `tenkai-patch-by-id-${process.pid}.tkp`);
  after(() => rm(file, { force: true }));
  async function tenkai(site: SiteProcess, ...args: string[]) {
    const env = await cliEnvironment(site, await mkdtemp(join(folder, 'cli-')));
    const { code, stderr } = await runProgram(process.execPath, [main, 'agent', 'patch', ...args], { env });
    assert.equal(code, 0, stderr);
  }
  /** As somebody who may manage packages can: the site does not look into them. */
  async function registerFile(id: string, bytes: Buffer) {
    const top = join(folder, agentPatchPackageId(id));
    await mkdir(top);
    await writeFile(join(folder, agentPatchPath(id)), bytes);
    const { contentId } = await upload(scene.site, top);
    await scene.site.api(packageRoutes.create, {
      body: { draft: aDraft({ id: agentPatchPackageId(id) }), contentId },
    });
  }

  const given = () => `MP=${scene.site.url} ROOTFINGERPRINT=${scene.site.rootFingerprint}`;
  const dpkg = (properties: string, command = 'dpkg') =>
    host.run(`${command} --install /root/agent.deb`, {
      timeoutMs: slowMs,
      env: { TENKAI_AGENT_PROPERTIES: properties },
    });
  /** On a machine that never had the agent. */
  async function install(properties: string) {
    await host.ask('dpkg --purge tenkai-agent', { timeoutMs: slowMs });
    return dpkg(properties);
  }
  const json = async (command: string) => JSON.parse(await host.ask(`tenkai-agent ${command} --json`));
  async function assertPatched() {
    const patches = (await json('patch list')) as { id: string; state: string }[];
    assert.deepEqual(
      [await host.ask('tenkai-agent --version'), patches.map(({ id, state }) => `${id} ${state}`)],
      [newer, ['TK1001 compliant']],
    );
  }
  /** The agent is there without it, whole, and the next installation is not stopped by it. */
  async function assertUnpatched() {
    assert.deepEqual([await host.ask('tenkai-agent --version'), await json('patch list')], ['0.1.0', []]);
    assert.equal(await host.ask('find /var/lib/tenkai-agent -path "*/patches/*" -type f'), '');
    assert.equal(await host.ask("find /usr/lib/tenkai-agent -name '.*'"), '');
    assert.doesNotMatch(JSON.stringify(await json('config show')), /PATCH/);
    const again = await dpkg('', 'unshare --net dpkg');
    assert.equal(again.code, 0, again.stderr);
  }
  async function assertRefused(properties: string, why: RegExp) {
    const { code, stderr } = await install(properties);
    assert.notEqual(code, 0);
    assert.match(stderr, why);
    await assertUnpatched();
  }

  test('AGENT-14: an id that the site has not is told by its name; the agent is installed without a patch', async () => {
    await assertRefused(
      `${given()} PATCH=TK1001`,
      /The site has no patch TK1001\. \(agent-patch-not-at-site\)/,
    );
  });

  test('AGENT-14: by its id from the content of the site, the agent is patched right after the first installation', async () => {
    await tenkai(scene.site, 'register', file);
    const { code, stderr } = await install(`${given()} PATCH=tk1001`);
    assert.equal(code, 0, stderr);
    await assertPatched();
    const again = await dpkg('', 'unshare --net dpkg');
    assert.equal(again.code, 0, again.stderr);
    await assertPatched();
    await host.ask('tenkai-agent patch rollback TK1001 --no-restart');
    await assertUnpatched();
    await host.ask('tenkai-agent patch apply TK1001 --no-restart');
    await assertPatched();
  });

  test('AGENT-14: without a site, with the root key of another, and where it is held, nobody is believed or asked', async () => {
    const { rootFingerprint } = other;
    await assertRefused('PATCH=TK1001', /agent-patch-no-site/);
    await assertRefused(`${given()} HOLD=1 PATCH=TK1001`, /agent-patch-held/);
    await assertRefused(
      `MP=${scene.site.url} ROOTFINGERPRINT=${rootFingerprint} PATCH=TK1001`,
      /not the pinned one\. \(agent-patch-no-site\)/,
    );
    await assertRefused(
      `MP=${other.url} ROOTFINGERPRINT=${rootFingerprint} PATCH=${scene.site.url}${agentPaths.patches}/TK1001.tkp`,
      /(SELF_SIGNED|UNABLE_TO).*\(agent-patch-unfetched\)/,
    );
  });

  test('AGENT-14, HOTFIX-29: what is altered, or filed under another id, is refused on the machine', async () => {
    const bytes = await readFile(file);
    const document = JSON.parse((await promisify(gunzip)(bytes)).toString()) as PatchDocument;
    const [name = ''] = Object.keys(document.programs);
    const programs = { ...document.programs, [name]: Buffer.from('altered').toString('base64') };
    await registerFile('TK1002', await packPatch({ ...document, programs }));
    await registerFile('TK1003', bytes);
    await assertRefused(`${given()} PATCH=TK1002`, /agent-patch-tampered/);
    await assertRefused(`${given()} PATCH=TK1003`, /What came for TK1003 is the patch TK1001\./);
  });

  test('AGENT-15: a local path, a share that is mounted, and an https address below the pinned root bring the same', async () => {
    await host.copyIn(file, '/srv/dp/TK1001.tkp');
    await host.copyIn(file, '/var/cache/sequence/TK1001.tkp');
    await host.ask(
      `mkdir '${share}' && mount --bind /srv/dp '${share}' && mount -o remount,bind,ro '${share}'`,
    );
    const places = [
      '/var/cache/sequence/TK1001.tkp',
      `"${share}/TK1001.tkp"`,
      `${scene.site.url}${agentPaths.patches}/TK1001.tkp`,
    ];
    for (const place of places) {
      const { code, stderr } = await install(`${given()} PATCH=${place}`);
      assert.equal(code, 0, `${place}: ${stderr}`);
      await assertPatched();
    }
  });
});
