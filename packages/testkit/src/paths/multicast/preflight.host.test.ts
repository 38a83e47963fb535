/** What a machine's system has to say before a session begins, by real sockets on a card of its own. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type MulticastRig, multicastRig } from '../../multicast/group.ts';
import { type PublishedContent, publishContent } from '../../published-content.ts';
import { output } from '../../rig/command.ts';
import { type Cable, makeNetwork, type Network, noNetworks } from '../../rig/network.ts';
import { until } from '../../rig/until.ts';

const options = { skip: noNetworks, timeout: 60_000 };

let network: Network;
let content: PublishedContent;
let rig: MulticastRig;
let machine: Cable;

before(async () => {
  if (noNetworks) return;
  content = await publishContent({ 'image/small.txt': 'small' });
  network = await makeNetwork();
  machine = await network.addMachine();
  rig = multicastRig({ ...content, store: content.store.root, senderAddress: network.site.address });
});

after(async () => {
  await rig?.end();
  await network?.destroy();
  await content?.remove();
});

const inMachine = (...argv: string[]) => output(machine.command(argv));

/** Whether it is fit, or why not. */
async function looked(): Promise<string> {
  const { isFit, reason, detail } = await (await rig.check(machine)).line('done');
  return isFit ? 'fit' : `${reason} ${detail}`;
}

test('BSCN-28: a card that is named needs no route to the group', options, async () => {
  await inMachine('ip', 'route', 'flush', 'table', 'main');
  assert.equal(await looked(), 'fit');
  for (const kind of ['unreachable', 'prohibit', 'blackhole']) {
    await inMachine('ip', 'route', 'add', kind, '224.0.0.0/4');
    assert.equal(await looked(), 'fit', kind);
    await inMachine('ip', 'route', 'del', kind, '224.0.0.0/4');
  }
});

test('BSCN-28: a card that is off is told before a session begins', options, async () => {
  await inMachine('ip', 'link', 'set', 'eth0', 'down');
  assert.equal(await looked(), `no-such-address ${machine.address}`);
  await inMachine('ip', 'link', 'set', 'eth0', 'up');
  await until('the card is on again', async () => (await looked()) === 'fit');
});

test(
  'BSCN-28: a system that joins no group is told by that name, not as one without a route',
  options,
  async () => {
    await inMachine('sysctl', '-qw', 'net.ipv4.igmp_max_memberships=0');
    assert.equal(await looked(), 'no-group addMembership ENOBUFS');
    await inMachine('sysctl', '-qw', 'net.ipv4.igmp_max_memberships=20');
    assert.equal(await looked(), 'fit');
  },
);
