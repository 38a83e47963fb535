import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { DATAGRAM_BYTES } from '@tenkai/transfer/multicast/layout.ts';
import { type Candidate, chooseRepresentative } from '@tenkai/transfer/multicast/representative.ts';
import { atEnd } from '../../at-end.ts';
import { type MulticastRig, multicastRig, type Running } from '../../multicast/group.ts';
import { dropMulticast, loseShare, takeTrainsApart } from '../../multicast/impair.ts';
import type { ReceiveConfig } from '../../multicast/program.ts';
import { describeTree, type PublishedContent, publishContent } from '../../published-content.ts';
import { type Cable, makeNetwork, type Network, noNetworks, type Subnet } from '../../rig/network.ts';
import { end, spawnOwned } from '../../rig/own-process.ts';

const MIB = 1024 * 1024;
const webPort = 8080;
const options = { skip: noNetworks, timeout: 400_000 };

let network: Network;
let subnet: Subnet;
/** Four on the site's own network, a stranger there, and four behind a router that passes no multicast. */
const near: Cable[] = [];
let strangers: Cable;
const far: Cable[] = [];
let web: Awaited<ReturnType<typeof serveStore>> | undefined;
let content: PublishedContent;
let original: Record<string, string>;
const rigs: MulticastRig[] = [];

before(async () => {
  if (noNetworks) return;
  content = await publishContent({ 'image/disk.bin': 40 * MIB + 5, 'image/small.txt': 'small' });
  original = await describeTree(join(content.home, 'source'));
  network = await makeNetwork();
  subnet = await network.addSubnet();
  for (let count = 0; count < 4; count += 1) near.push(await network.addMachine());
  strangers = await network.addMachine();
  for (let count = 0; count < 4; count += 1) far.push(await subnet.addMachine());
  await takeTrainsApart(network.site);
  web = await serveStore();
});

after(async () => {
  for (const rig of rigs) await rig.end();
  if (web) await end(web);
  await network?.destroy();
  await content?.remove();
});

function rigFor(senderAddress: string): MulticastRig {
  const rig = multicastRig({ ...content, store: content.store.root, senderAddress });
  rigs.push(rig);
  return rig;
}
const targetOf = (name: string) => join(content.home, 'received', name);
const sources = () => [`http://${network.site.address}:${webPort}/`];

function receiverOf(rig: MulticastRig, machines: readonly Cable[], name: string) {
  return (index: number, more: Partial<ReceiveConfig> = {}) =>
    rig.receive(machines[index] as Cable, {
      ...{ member: index + 1, target: targetOf(`${name}-${index}`), silenceMs: 10_000, ...more },
    });
}

async function haveIt(name: string, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    assert.deepEqual(await describeTree(targetOf(`${name}-${index}`)), original, `${name} ${index}`);
  }
}

test(
  'BSCN-29, BSCN-30: one lossy, one slow, one deaf, one restarted, a stranger floods: all have the same bytes',
  options,
  async (t) => {
    const [lossy, slow, deaf, restarted] = [0, 1, 2, 3] as const;
    const rig = rigFor(network.site.address);
    await loseShare(near[lossy] as Cable, 50);
    await near[slow]?.slowTo(16);
    await dropMulticast(near[deaf] as Cable);
    const receive = receiverOf(rig, near, 'near');
    const members = await Promise.all(near.map((_, index) => receive(index, { sources: sources() })));
    const stranger = await flood(t, rig);
    const sender = await rig.send(network.site, {
      expected: [1, 2, 3, 4],
      mostBytesPerSecond: 8_000_000,
      gatherMs: 6000,
      patience: { silentMs: 10_000, lagMs: 3000 },
    });
    await (members[restarted] as Running).line('chunk', ({ chunks }) => chunks === 3);
    await (members[restarted] as Running).kill();
    members[restarted] = await receive(restarted);
    await members[slow]?.line('heard');
    await near[slow]?.slowTo(null);
    const ends = await Promise.all(members.map((member) => member.line('done')));
    const { figures, members: results } = await sender.line('done');
    const sent = await stranger();
    await haveIt('near', near.length);
    const resultOf = (index: number) =>
      results.find(({ member }: { member: number }) => member === index + 1);
    assert.equal(resultOf(lossy).state, 'complete');
    assert.equal(ends[lossy]?.bytesFetched >= content.manifest.totalBytes, true);
    assert.ok(ends[lossy]?.figures.repaired > 0, 'what the lossy one lacked was computed');
    assert.deepEqual([resultOf(slow).state, resultOf(slow).cause], ['left', 'link']);
    assert.equal(ends[slow]?.outcome.kind, 'left');
    assert.deepEqual(ends[deaf]?.outcome, { kind: 'left', cause: 'silent' });
    assert.equal(resultOf(restarted).state, 'complete');
    assert.ok(ends[restarted]?.bytesResumed >= 3 * 4 * MIB, 'what it had kept was not fetched again');
    assert.ok(sent > 1000, `the stranger sent ${sent}`);
    assert.ok(
      ends[lossy]?.figures.refused > sent / 10,
      'members refuse what the stranger sends to the group',
    );
    assert.ok(figures.refused > sent / 10, 'and the sender');
    // The one that restarted got again what was sent meanwhile; the slow one was repaired until it was left out.
    const onWire = (figures.datagrams * DATAGRAM_BYTES) / content.manifest.totalBytes;
    assert.ok(onWire < 2, `${onWire} times the content`);
  },
);

test(
  'BSCN-25, BSCN-26: behind a router that passes no multicast a package crosses the line once, for four machines',
  options,
  async () => {
    await subnet.slowTo(160);
    const before = await subnet.bytesOverLine();
    const { relay, members } = await subnetSession('once', 0);
    const ends = await Promise.all(members.map((member) => member.line('done')));
    await relay.line('done');
    await haveIt('once', far.length);
    for (const { outcome } of ends) assert.deepEqual(outcome, { kind: 'complete' });
    const streams = ((await subnet.bytesOverLine()) - before) / content.manifest.totalBytes;
    assert.ok(streams < 1.1, `the line carried ${streams} times the content`);
  },
);

test(
  'behind a router one machine fetches and sends on; it dies half-way, another goes on from what is there',
  options,
  async () => {
    // Nothing may be over before the death is noticed here.
    await subnet.slowTo(40);
    const before = await subnet.bytesOverLine();
    const haveBytes = far.map(() => 0);
    const failures = far.map(() => 0);
    const offline = new Set<number>();
    const first = chosen({ haveBytes, failures, offline });
    const dead = await subnetSession('far', first);
    const others = [0, 1, 2, 3].filter((index) => index !== first);
    await Promise.all(dead.members.map((member) => member.line('chunk', ({ chunks }) => chunks === 5)));
    await dead.relay.kill();
    await subnet.slowTo(160);
    failures[first] = 1;
    offline.add(first);
    const heard = await Promise.all(dead.members.map((member) => member.line('heard')));
    for (const { outcome } of heard) assert.deepEqual(outcome, { kind: 'left', cause: 'silent' });
    for (const [place, index] of others.entries()) haveBytes[index] = (heard[place]?.chunks ?? 0) * 4 * MIB;
    const second = chosen({ haveBytes, failures, offline });
    assert.notEqual(second, first);
    // The dead one has come back meanwhile, and is a member like the others.
    const alive = await subnetSession('far', second);
    const relayed = await alive.relay.line('done');
    const ends = await Promise.all(alive.members.map((member) => member.line('done')));
    await haveIt('far', far.length);
    assert.ok(relayed.bytesResumed >= 5 * 4 * MIB, 'the new one did not begin again');
    for (const { outcome } of ends) assert.deepEqual(outcome, { kind: 'complete' });
    const { members } = await alive.relay.line('sent');
    assert.deepEqual(
      members.map(({ state }: { state: string }) => state),
      ['complete', 'complete', 'complete'],
    );
    const streams = ((await subnet.bytesOverLine()) - before) / content.manifest.totalBytes;
    assert.ok(streams < 1.5, `the line carried ${streams} times the content for four machines and one death`);
  },
);

test(
  'BSCN-28: a port that another program has, or an address that is not here, is told before a session begins',
  options,
  async (t) => {
    const rig = rigFor(network.site.address);
    const [, machine] = near as [Cable, Cable];
    const looked = async (more = {}) => (await rig.check(machine, more)).line('done');
    const fit = await looked();
    assert.deepEqual([fit.isFit, fit.interface], [true, 'eth0']);
    assert.equal((await looked({ interfaceAddress: '10.99.0.1' })).reason, 'no-such-address');
    assert.equal((await looked({ mtu: 1400 })).reason, 'small-packets');
    const other = await holdPort(machine, 56_100);
    atEnd(t, () => end(other));
    assert.equal((await looked()).reason, 'port-used');
  },
);

/** One of the far machines fetches for the others and sends on to them. */
async function subnetSession(name: string, representative: number) {
  const machine = far[representative] as Cable;
  const rig = rigFor(machine.address);
  const receive = receiverOf(rig, far, name);
  const others = [...far.keys()].filter((index) => index !== representative);
  const members = await Promise.all(
    others.map((index) => receive(index, { isMulticastOnly: true, silenceMs: 10_000 })),
  );
  const relay = await rig.relay(machine, {
    ...{ expected: others.map((index) => index + 1), sources: sources() },
    target: targetOf(`${name}-${representative}`),
  });
  return { members, relay };
}

/** The index of the far machine that is chosen. */
function chosen(known: { haveBytes: number[]; failures: number[]; offline: ReadonlySet<number> }): number {
  const candidates = far.map((_, index): Candidate => {
    const [haveBytes, failures] = [known.haveBytes[index] ?? 0, known.failures[index] ?? 0];
    const rest = { power: 'mains', freeDiskBytes: 2 ** 40, linkMbits: 1000, isWireless: false } as const;
    return { machine: String(index), isOnline: !known.offline.has(index), haveBytes, failures, ...rest };
  });
  return Number(chooseRepresentative(candidates, content.manifest.totalBytes).machine);
}

/** @returns ends the flood; how many datagrams it was */
async function flood(t: TestContext, { session }: MulticastRig): Promise<() => Promise<number>> {
  const file = join(content.home, 'stranger.json');
  const seen = { group: '239.255.77.7', port: 56_100, senderPort: 56_101, session };
  const config = { ...seen, interfaceAddress: strangers.address, senderAddress: network.site.address };
  await writeFile(file, JSON.stringify({ ...config, manifest: content.manifest }));
  const stranger = await started(strangers, ['../../multicast/stranger.ts', file]);
  // A failure in the middle must not leave it, and this file with it, running.
  atEnd(t, () => end(stranger, 'SIGKILL'));
  return async () => {
    const said = new Promise<string>((resolve) => stranger.stdout?.once('data', resolve));
    stranger.kill('SIGTERM');
    return Number(await said);
  };
}

const serveStore = () =>
  started(network.site, ['../../multicast/serve-store.ts', content.store.root, String(webPort)]);

const holdPort = (machine: Cable, port: number) => {
  const source = `require('node:dgram').createSocket('udp4').bind(${port}, () => console.log('ready'))`;
  return spawnedIn(machine, ['-e', source]);
};

const started = (machine: Pick<Cable, 'command'>, [program = '', ...args]: readonly string[]) =>
  spawnedIn(machine, [join(import.meta.dirname, program), ...args]);

async function spawnedIn(machine: Pick<Cable, 'command'>, argv: readonly string[]) {
  const [command = '', ...args] = machine.command([process.execPath, ...argv]);
  const child = spawnOwned(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  return child;
}
