/** A real site publishes itself in a real slapd, and real agents look there. */
import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { type TestContext, test } from 'node:test';
import type { AgentStatus } from '@tenkai/agent/status.ts';
import { machineRoutes } from '@tenkai/protocol';
import { boundaryRoutes } from '@tenkai/protocol/api/boundaries.ts';
import { atEnd } from '../at-end.ts';
import { noSlapd, type Slapd, startSlapd } from '../rig/slapd.ts';
import { ended, newAgent, type TestAgent, until } from '../small-site/run-agent.ts';
import { startTestServer } from '../start-server.ts';
import { cliOf } from '../tenkai-cli.ts';

const ownAddress = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ internal, address }) => !internal && !address.startsWith('fe80'))?.address;
const options = {
  timeout: 400_000,
  skip: noSlapd || (ownAddress === undefined && 'THIS MACHINE has no address but the loopback one'),
};

async function scene(t: TestContext) {
  const slapd = await startSlapd();
  atEnd(t, () => slapd.stop());
  const server = await startTestServer({ listen: true });
  atEnd(t, () => server.stop());
  const agent = newAgent();
  atEnd(t, () => agent.remove());
  const cli = await cliOf(t, server);
  const { name, secretFile } = slapd.writer;
  const access = ['--url', slapd.ldaps, '--ca-file', slapd.caFile];
  const publish = (...args: string[]): Promise<{ added: unknown[]; changed: unknown[]; removed: string[] }> =>
    cli.json(['publish', 'ldap', ...access, '--user', name, '--secret-file', secretFile, ...args]);
  return { slapd, server, agent, cli, publish };
}

const reading = ({ reader, caFile }: Slapd) => [
  `LDAPUSER=${reader.name}`,
  `LDAPSECRET=${reader.secretFile}`,
  `LDAPCA=${caFile}`,
];

async function looked(agent: TestAgent, ...words: string[]) {
  const { status, stdout, stderr } = await agent.command('assign', ...words, '--json');
  const steps: { source: string; verdict: string; reason: { code: string; params: object } }[] =
    JSON.parse(stdout).steps;
  return { status, stderr, step: (source: string) => steps.find((one) => one.source === source) };
}

test(
  'AGENT-18, SITE-15: a machine that may read the directory is assigned by what the site published there',
  options,
  async (t) => {
    const { slapd, server, agent, publish } = await scene(t);
    const pin = `ROOTFINGERPRINT=${server.kernel.keys.rootFingerprint}`;
    const unpublished = await looked(agent, `LDAP=${slapd.ldaps}`, pin, ...reading(slapd));
    assert.equal(unpublished.status, 1);
    assert.equal(unpublished.step('directory')?.reason.code, 'directory-no-container');

    const body = {
      name: 'here',
      range: `${ownAddress}-${ownAddress}`,
      siteCode: 'TST',
      managementPoint: null,
      isForAssignment: true,
    };
    const boundary = await server.call(boundaryRoutes.create, { body });
    assert.equal((await publish()).added.length, 3);

    // Not a member: without a name that may read, there is nothing to see.
    const stranger = await looked(agent, 'LDAPUSER=', 'LDAPSECRET=', '--dry-run');
    assert.equal(stranger.step('directory')?.reason.code, 'directory-no-container');

    const found = await looked(agent, `LOCATOR=${server.baseUrl}`, '--dry-run');
    assert.equal(found.status, 0, found.stderr);
    assert.equal(found.step('directory')?.verdict, 'taken');
    assert.equal(found.step('locator')?.reason.code, 'assigned-already');
    const explained = await agent.command('assign', `LDAP=${slapd.ldap}`, 'SITECODE=TST', '--explain');
    assert.equal(explained.status, 0, explained.stderr);
    assert.match(
      explained.stdout,
      /2\. boundary\n.*\n3\. directory \(LDAP\) \[ldap:\/\/localhost:\d+\/dc=lab,dc=example\]\n {3}taken: .*\n4\. locator\n/,
    );

    // What is outside of every boundary stays without a site, and is told why.
    await server.call(boundaryRoutes.update, {
      params: { id: boundary.id },
      body: { ...body, range: '240.0.0.0/8' },
    });
    await publish();
    const outside = await looked(agent, 'SITECODE=AUTO', 'LOCATOR=', '--dry-run');
    assert.equal(outside.step('directory')?.reason.code, 'outside-boundaries');
  },
);

test(
  'AGENT-06: unpublished, the service starts and stays without a site; once the site and its boundary are published, the next start assigns the machine',
  options,
  async (t) => {
    const { slapd, server, agent, publish } = await scene(t);
    const pin = `ROOTFINGERPRINT=${server.kernel.keys.rootFingerprint}`;
    const kept = ['assign', `LDAP=${slapd.ldaps}`, pin, ...reading(slapd), '--no-search'];
    assert.equal((await agent.command(...kept)).status, 0);
    const site = async () =>
      (JSON.parse((await agent.command('status', '--json')).stdout) as AgentStatus).site;
    const first = agent.start();
    const { server: none, search } = await until(async () => {
      const now = await site();
      return now.search === null ? undefined : now;
    });
    assert.deepEqual([none, search?.assignment], [null, null]);
    assert.deepEqual((await server.call(machineRoutes.list, { query: {} })).items, []);
    await ended(first, 'SIGTERM');

    const here = { name: 'here', range: `${ownAddress}-${ownAddress}` };
    const body = { ...here, siteCode: 'TST', managementPoint: null, isForAssignment: true };
    await server.call(boundaryRoutes.create, { body });
    await publish();
    agent.start();
    const found = await until(async () => {
      const now = await site();
      return now.server === null ? undefined : now;
    });
    assert.deepEqual([found.foundBy, found.server], ['directory', server.baseUrl]);
    await until(async () => (await server.call(machineRoutes.list, { query: {} })).items.length === 1);
  },
);

test(
  'a site writes only what has changed, only below its own entry, and takes itself away again',
  options,
  async (t) => {
    const { slapd, server, cli, publish } = await scene(t);
    const counts = async (...args: string[]) => {
      const { added, changed, removed } = await publish(...args);
      return [added.length, changed.length, removed.length];
    };
    assert.deepEqual(await counts('--dry-run'), [2, 0, 0]);
    assert.deepEqual(await counts('--management-point', 'mp.lab.example'), [2, 0, 0]);
    const draft = { siteCode: 'TST', managementPoint: null, isForAssignment: true };
    await server.call(boundaryRoutes.create, {
      body: { ...draft, name: '拠点, "A" = 1', range: '10.1.0.0/16' },
    });
    const known = { ...draft, name: 'known only', range: '10.2.0.0/16', isForAssignment: false };
    await server.call(boundaryRoutes.create, { body: known });
    assert.deepEqual(await counts('--management-point', 'mp2.lab.example'), [1, 1, 0]);
    assert.deepEqual(await counts('--management-point', 'mp2.lab.example'), [0, 0, 0]);
    assert.deepEqual(await counts('--remove', '--yes'), [0, 0, 2]);
    // The container is left: other sites may be in it.
    assert.deepEqual(await counts(), [2, 0, 0]);
    const without = await cli.run(['publish', 'ldap', '--url', slapd.ldaps, '--ca-file', slapd.caFile]);
    assert.equal(without.code, 1);
    assert.match(without.stderr, /directory-refused|has refused/);
  },
);

test(
  'a directory that is not who it says, and a secret that is not one, are refused and told',
  options,
  async (t) => {
    const { slapd, server, agent, cli } = await scene(t);
    const pin = `ROOTFINGERPRINT=${server.kernel.keys.rootFingerprint}`;
    for (const url of [slapd.ldaps, slapd.ldap]) {
      const [, ...rest] = reading(slapd).toReversed();
      const untrusted = await looked(agent, `LDAP=${url}`, pin, ...rest, '--dry-run');
      assert.equal(untrusted.step('directory')?.reason.code, 'directory-unreachable');
    }
    const wrong = slapd.secretFile('wrong', 'not-the-secret\n');
    const bad = await looked(
      agent,
      `LDAP=${slapd.ldaps}`,
      pin,
      `LDAPUSER=${slapd.reader.name}`,
      `LDAPSECRET=${wrong}`,
      `LDAPCA=${slapd.caFile}`,
      '--dry-run',
    );
    assert.deepEqual(
      [
        bad.step('directory')?.reason.code,
        (bad.step('directory')?.reason.params as { result?: string } | undefined)?.result,
      ],
      ['directory-refused', 'invalidCredentials'],
    );
    const open = await cli.run([
      'publish',
      'ldap',
      '--url',
      slapd.ldaps,
      '--user',
      'cn=x',
      '--secret-file',
      '/etc/hostname',
    ]);
    assert.equal(open.code, 2, open.stderr);
    for (const one of [bad.stderr, open.stderr, open.stdout]) assert.doesNotMatch(one, /not-the-secret|rosy/);
  },
);
