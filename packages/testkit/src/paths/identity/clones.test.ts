/** Machines that are copies of one image start for the first time, and speak with a real server. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { noBoundary } from '@tenkai/agent/boundary.ts';
import { type DataFolder, dataFolder, makeDataFolder } from '@tenkai/agent/data-folder.ts';
import { openGuarded, readEnrollment } from '@tenkai/agent/identity.ts';
import { type PrepareOptions, prepareMaster } from '@tenkai/agent/master/prepare.ts';
import { platformOptions, selectPlatform } from '@tenkai/agent/platform/select.ts';
import { runService } from '@tenkai/agent/service/service.ts';
import { readSettings, type Settings, writeSettings } from '@tenkai/agent/settings.ts';
import { agentStatus } from '@tenkai/agent/status.ts';
import { unassignedFindings } from '@tenkai/agent/verify.ts';
import { enrollmentRoutes, fallbackRoutes, machineRoutes } from '@tenkai/protocol';
import { atEnd } from '../../at-end.ts';
import { livedMachine } from '../../lived-machine.ts';
import { noDnsmasq, startDnsmasq } from '../../rig/dnsmasq.ts';
import { noSlapd, startSlapd } from '../../rig/slapd.ts';
import { until } from '../../small-site/run-agent.ts';
import { startTestServer } from '../../start-server.ts';
import { cliOf } from '../../tenkai-cli.ts';

const options = { timeout: 300_000 };
const zone = 'lab.example';
const ownAddress = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ internal, address }) => !internal && !address.startsWith('fe80'))?.address;

/** A reference machine that belonged to another site, prepared for an image. */
async function imageOf(t: TestContext, settings: Settings['assignment'], given: PrepareOptions) {
  const scene = livedMachine(t);
  writeSettings(scene.data, { ...readSettings(scene.data), ...(settings ? { assignment: settings } : {}) });
  const deps = { scene, now: () => 1, onStep: () => {} };
  const { findings } = await prepareMaster(deps, { ...given, unassign: true });
  assert.deepEqual(findings, []);
  return scene;
}

interface Clone {
  readonly data: DataFolder;
  readonly root: string;
  status(): Promise<ReturnType<typeof agentStatus>>;
  log(): string;
  /** The service as the system starts it; ends with the test. */
  start(): void;
}

/** The image on another machine's disk, with what its deployment gives it. */
function cloneOf(t: TestContext, image: { root: string }, own: Settings): Clone {
  const folder = mkdtempSync(join(tmpdir(), 'tenkai-clone-'));
  atEnd(t, () => rmSync(folder, { recursive: true, force: true }));
  const root = join(folder, 'root');
  cpSync(image.root, root, { recursive: true, verbatimSymlinks: true });
  const bootIdFile = join(folder, 'boot-id');
  writeFileSync(bootIdFile, 'boot-1');
  const data = dataFolder(join(root, 'var/lib/tenkai-agent'));
  writeSettings(data, { ...readSettings(data), root, ...own });
  const env = { TENKAI_BOOT_ID_FILE: bootIdFile };
  return {
    data,
    root,
    async status() {
      makeDataFolder(data);
      return agentStatus(data, await selectPlatform(platformOptions(env, { root })));
    },
    log: () => readFileSync(join(data.log, 'agent.log'), 'utf8'),
    start() {
      const stop = new AbortController();
      const input = { data, env, engineEntry: '', boundary: noBoundary, isVerbose: false };
      const ended = runService({ ...input, stop: stop.signal });
      atEnd(t, () => {
        stop.abort();
        return ended;
      });
    },
  };
}

test('AGENT-39: twenty clones of one image make an identity, find their site, are taken, and enable their components, in this order; no two are alike', {
  ...options,
  skip: noDnsmasq,
}, async (t) => {
  const server = await startTestServer({ listen: true });
  atEnd(t, () => server.stop());
  const port = new URL(server.baseUrl).port;
  const dnsmasq = await startDnsmasq(zone, [`--srv-host=_tenkai_mp._tcp.${zone},localhost,${port},0,0`]);
  atEnd(t, () => dnsmasq.stop());
  const { rootFingerprint } = server.kernel.keys;
  const image = await imageOf(t, { dnsServers: [dnsmasq.server] }, { dnsSuffix: zone, rootFingerprint });
  const body = { name: 'clones', maxUses: 20, validHours: 1 };
  const { secret } = await server.call(enrollmentRoutes.createTicket, { body });

  const clones = Array.from({ length: 20 }, (_, index) => {
    const name = `clone-${index}`;
    const clone = cloneOf(t, image, { name });
    const ticketFile = join(clone.root, 'ticket');
    writeFileSync(ticketFile, secret, { mode: 0o600 });
    writeSettings(clone.data, { ...readSettings(clone.data), ticketFile });
    return clone;
  });
  for (const clone of clones) assert.deepEqual(unassignedFindings(await clone.status()), []);
  for (const { start } of clones) start();
  const rows = await until(async () => {
    const { items } = await server.call(machineRoutes.list, { query: { limit: 100 } });
    return items.length >= 20 && items.every(({ isOnline }) => isOnline) ? items : undefined;
  });
  assert.equal(rows.length, 20);

  const seen = clones.map(({ data, root }) => [
    readEnrollment(data)?.machineId,
    openGuarded(data, null).signingKey,
    openGuarded(data, null).encryptionKey,
    readFileSync(join(root, 'etc/machine-id'), 'utf8'),
  ]);
  for (const column of [0, 1, 2, 3])
    assert.equal(new Set(seen.map((values) => values[column])).size, 20, String(column));
  assert.deepEqual(seen.map(([id]) => id).sort(), rows.map(({ id }) => id).sort());
  for (const clone of clones) {
    const status = await until(async () => {
      const now = await clone.status();
      return now.general.isConnected ? now : undefined;
    });
    assert.deepEqual([status.site.isAssigned, status.site.foundBy], [true, 'dns']);
    for (const { name, state } of status.components)
      assert.equal(state, name === 'power' ? 'disabled' : 'enabled', name);
    const order = ['certificates of this machine', 'assigned to a site', '"enrolled"'];
    const at = order.map((words) => clone.log().indexOf(words));
    assert.ok(at[0] !== undefined && at[0] >= 0, clone.log());
    assert.deepEqual(
      at,
      [...at].sort((one, other) => one - other),
      clone.log(),
    );
  }
});

test('MASTER-01: one image for a machine that stays in a workgroup and for one that may read the directory: both are assigned', {
  ...options,
  skip:
    noDnsmasq || noSlapd || (ownAddress === undefined && 'THIS MACHINE has no address but the loopback one'),
}, async (t) => {
  const server = await startTestServer({ listen: true });
  atEnd(t, () => server.stop());
  const slapd = await startSlapd();
  atEnd(t, () => slapd.stop());
  const port = new URL(server.baseUrl).port;
  const dnsmasq = await startDnsmasq(zone, [`--srv-host=_tenkai_mp._tcp.${zone},localhost,${port},0,0`]);
  atEnd(t, () => dnsmasq.stop());
  const cli = await cliOf(t, server);
  await cli.json(['boundary', 'create', '--name', 'here', '--range', `${ownAddress}-${ownAddress}`]);
  const { writer, reader, caFile: directoryCaFile, ldaps: directory } = slapd;
  const access = ['--url', directory, '--ca-file', directoryCaFile];
  await cli.json(['publish', 'ldap', ...access, '--user', writer.name, '--secret-file', writer.secretFile]);
  const { rootFingerprint } = server.kernel.keys;
  const image = await imageOf(
    t,
    { dnsServers: [dnsmasq.server], directory, directoryCaFile },
    { dnsSuffix: zone, rootFingerprint },
  );

  const group = cloneOf(t, image, { name: 'in-workgroup' });
  const joined = cloneOf(t, image, { name: 'joined' });
  // What a machine gets as it joins: a name by which the directory lets it read.
  const { assignment, ...rest } = readSettings(joined.data);
  const member = { directoryUser: reader.name, directorySecretFile: reader.secretFile };
  writeSettings(joined.data, { ...rest, assignment: { ...assignment, ...member } });
  for (const { start } of [group, joined]) start();
  const foundBy = (clone: Clone) =>
    until(async () => {
      const { site } = await clone.status();
      return site.server === server.baseUrl ? site.foundBy : undefined;
    });
  assert.deepEqual([await foundBy(group), await foundBy(joined)], ['dns', 'directory']);
  const rows = await until(async () => {
    const { items } = await server.call(machineRoutes.list, { query: {} });
    return items.length === 2 ? items : undefined;
  });
  assert.deepEqual(rows.map(({ name }) => name).sort(), ['in-workgroup', 'joined']);
});

test(
  'MASTER-14: a clone whose image names a server that nobody knows says so in its log and to its fallback status point',
  options,
  async (t) => {
    const server = await startTestServer({ listen: true });
    atEnd(t, () => server.stop());
    const { rootFingerprint } = server.kernel.keys;
    const reported = { fallbackStatusPoint: server.baseUrl, fallbackAfterMs: 0 };
    const image = await imageOf(t, reported, { locator: 'mp1.nowhere.invalid', rootFingerprint });
    const clone = cloneOf(t, image, { name: 'lost-clone' });
    clone.start();
    const [lost] = await until(async () => {
      const { items } = await server.call(fallbackRoutes.list, {});
      return items.length > 0 ? items : undefined;
    });
    assert.deepEqual(
      [lost?.name, lost?.kind, lost?.code, lost?.server],
      ['lost-clone', 'connection', 'name-unresolved', 'https://mp1.nowhere.invalid'],
    );
    assert.match(clone.log(), /"host":"mp1\.nowhere\.invalid","msg":"cannot resolve mp1\.nowhere\.invalid"/);
    const { site } = await clone.status();
    assert.deepEqual([site.isAssigned, site.server], [false, null]);
  },
);
