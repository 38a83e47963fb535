import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { reasonSentence } from '@tenkai/domain';
import { atEnd } from '../../at-end.ts';
import { dropOwnMulticast, endImpairment, loseShare, snoopWithoutQuerier } from '../../multicast/impair.ts';
import { type Segment, startSegment } from '../../multicast/segment.ts';
import { output } from '../../rig/command.ts';
import { noNftables, noTrafficControl } from '../../rig/impairments.ts';
import { type Cable, noNetworks } from '../../rig/network.ts';
import { until } from '../../rig/until.ts';

const limited = { timeout: 300_000 };

describe('what is looked at before a machine takes part, and what no look beforehand shows', {
  skip: noNetworks || noNftables || noTrafficControl,
}, () => {
  let segment: Segment;
  before(async () => {
    segment = await startSegment({ machines: 3, mib: 24 });
  });
  after(() => segment?.destroy());

  const machineOf = (index: number) => segment.machines[index] as Cable;
  /** As an administrator reads it of the machine's run. */
  const told = async (machine: Cable) => {
    const found = await (await segment.newRig().check(machine)).line('done');
    if (found.isFit) return 'fit';
    const params = { problem: found.reason, detail: found.detail };
    return reasonSentence({ code: 'unicast-cannot-join', params });
  };

  test(
    'BSCN-29: a firewall of its own, either way, or a card that is off, is told in plain words',
    limited,
    async (t) => {
      const machine = machineOf(0);
      const up = () => output(machine.command(['ip', 'link', 'set', machine.interface, 'up']));
      atEnd(t, () => endImpairment(machine));
      atEnd(t, up);
      assert.equal(await told(machine), 'fit');
      await dropOwnMulticast(machine, 'input');
      assert.match(
        await told(machine),
        /does not hear what it sends itself: its own firewall.*: 239\.255\.77\.7:/,
      );
      await endImpairment(machine);
      await dropOwnMulticast(machine, 'output');
      assert.match(await told(machine), /its own firewall lets nothing out to the group: .*EPERM/);
      await endImpairment(machine);
      await output(machine.command(['ip', 'link', 'set', machine.interface, 'down']));
      assert.match(await told(machine), /no card has the address, or it is off: 10\.77\.0\.2/);
      await up();
      await until('the card is up again', async () => (await told(machine)) === 'fit');
    },
  );

  test(
    'a machine whose routes lead nowhere near the group takes part all the same: its card decides',
    limited,
    async () => {
      const [machine, rig] = [machineOf(1), segment.newRig()];
      const { site } = segment.network;
      for (const argv of [
        ['flush', 'table', 'main'],
        ['add', `${site.address}/32`, 'dev', machine.interface],
        ['add', 'unreachable', '224.0.0.0/4'],
      ])
        await output(machine.command(['ip', 'route', ...argv]));
      assert.equal(await told(machine), 'fit');
      const target = segment.targetOf('routeless');
      const member = await rig.receive(machine, { member: 1, target, isMulticastOnly: true });
      await rig.send(site, { expected: [1] });
      assert.deepEqual((await member.line('done')).outcome, { kind: 'complete' });
      await segment.assertWhole(target);
    },
  );

  test(
    'a switch that snoops while nobody asks who listens forgets its members; they say so again, and hear all',
    limited,
    async (t) => {
      const [rig, { site }] = [segment.newRig(), segment.network];
      const forgetful = await snoopWithoutQuerier(site, 4);
      const machines = [machineOf(0), machineOf(2)];
      for (const machine of machines) {
        await loseShare(machine, 10);
        atEnd(t, () => endImpairment(machine));
      }
      const members = await Promise.all(
        machines.map((machine, index) =>
          rig.receive(machine, {
            ...{ member: index + 1, target: segment.targetOf(`snooped-${index}`) },
            ...{ isMulticastOnly: true, silenceMs: 20_000 },
          }),
        ),
      );
      const group = '239.255.77.7';
      await until('the switch knows both', async () => (await forgetful.knows(group)) === 2);
      // Six seconds of content, and a switch that remembers for four.
      const sender = await rig.send(site, { expected: [1, 2], mostBytesPerSecond: 4_000_000 });
      await until('the switch has forgotten one', async () => (await forgetful.knows(group)) < 2);
      const ends = await Promise.all(members.map((member) => member.line('done')));
      for (const [index, { outcome }] of ends.entries()) {
        assert.deepEqual(outcome, { kind: 'complete' });
        await segment.assertWhole(segment.targetOf(`snooped-${index}`));
      }
      const { members: results } = await sender.line('done');
      for (const { state } of results) assert.equal(state, 'complete');
    },
  );
});
