import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { atEnd } from '../../at-end.ts';
import type { Running } from '../../multicast/group.ts';
import { dropMulticast, endImpairment, loseShare } from '../../multicast/impair.ts';
import { type Segment, startSegment } from '../../multicast/segment.ts';
import { noNftables, noOwnDisk, noTrafficControl } from '../../rig/impairments.ts';
import { type Cable, noNetworks } from '../../rig/network.ts';
import { makeOwnDisk, type OwnDisk } from '../../rig/own-disk.ts';

const limited = { timeout: 300_000 };
const onDisk = { ...limited, skip: noOwnDisk };
/** More segments than may be under way at once: who is slow holds up the others. */
const mib = 48;
const bad = 3;
/** Longer than a test may take: whoever is left out was left out for another reason. */
const never = 600_000;

describe('who holds up a session is left out by a named cause and finishes by unicast', {
  skip: noNetworks || noNftables || noTrafficControl,
}, () => {
  let segment: Segment;
  before(async () => {
    segment = await startSegment({ machines: 3, mib });
  });
  after(() => segment?.destroy());

  interface Straggler {
    /** The machine as its programs are started, and where it keeps the content. */
    readonly at?: Cable;
    readonly target?: string;
    readonly patience?: { readonly silentMs: number; readonly lagMs: number };
    /** Absent: 15 MB/s. */
    readonly mostBytesPerSecond?: number;
  }

  /** Three members; the last is to become slow. The others are whole when `othersEnd` resolves. */
  const session = async (name: string, straggler: Straggler) => {
    const rig = segment.newRig();
    const { sources, machines } = segment;
    const target = (number: number) => straggler.target ?? segment.targetOf(`${name}-${number}`);
    const receive = (at: Cable, member: number, more = {}) =>
      rig.receive(at, {
        ...{ member, sources, silenceMs: 60_000, ...more },
        target: member === bad ? target(member) : segment.targetOf(`${name}-${member}`),
      });
    const [first, second, third] = machines as [Cable, Cable, Cable];
    const members = [await receive(first, 1), await receive(second, 2)];
    const last = await receive(straggler.at ?? third, bad);
    const sender = await rig.send(segment.network.site, {
      expected: [1, 2, bad],
      mostBytesPerSecond: straggler.mostBytesPerSecond ?? 15_000_000,
      patience: straggler.patience ?? { silentMs: never, lagMs: 2000 },
    });
    return {
      last,
      sender,
      again: () => receive(straggler.at ?? third, bad, { silenceMs: 500 }),
      target: target(bad),
      async othersEnd() {
        for (const [index, member] of members.entries()) {
          const { outcome, bytesFetched } = await member.line('done');
          assert.deepEqual(outcome, { kind: 'complete' });
          assert.equal(bytesFetched, segment.contentBytes);
          await segment.assertWhole(segment.targetOf(`${name}-${index + 1}`));
        }
      },
    };
  };
  const causeOf = async (sender: Running) => {
    const { members } = await sender.line('done');
    const found = members.find(({ member }: { member: number }) => member === bad);
    return [found.state, found.cause];
  };
  /** It knew why it was left out, and the rest came by unicast. */
  const finishesByUnicast = async (last: Running, target: string, cause: string) => {
    const { outcome, chunks, bytesFetched } = await last.line('done');
    assert.deepEqual(outcome, { kind: 'left', cause });
    assert.ok(chunks < segment.contentBytes / (4 * 1024 * 1024), `${chunks} chunks came by multicast`);
    assert.equal(bytesFetched, segment.contentBytes);
    await segment.assertWhole(target);
  };

  for (const [cause, impair] of [
    ['loss', (machine: Cable) => loseShare(machine, 350)],
    ['link', (machine: Cable) => machine.slowTo(8)],
  ] as const)
    test(`BSCN-29: ${cause}: its line is too bad for the others`, limited, async (t) => {
      const machine = segment.machines[2] as Cable;
      await impair(machine);
      const mend = () => (cause === 'link' ? machine.slowTo(null) : endImpairment(machine));
      let isMended = false;
      atEnd(t, () => isMended || mend());
      const { last, sender, target, othersEnd } = await session(cause, {});
      await last.line('heard');
      await othersEnd();
      await mend();
      isMended = true;
      assert.deepEqual(await causeOf(sender), ['left', cause]);
      await finishesByUnicast(last, target, cause);
    });

  test('BSCN-29: silent: a switch passes nothing of the group on to it', limited, async (t) => {
    const machine = segment.machines[2] as Cable;
    await dropMulticast(machine);
    atEnd(t, () => endImpairment(machine));
    const { last, sender, target, othersEnd } = await session('silent', {});
    await othersEnd();
    assert.deepEqual(await causeOf(sender), ['left', 'silent']);
    // What the sender says goes to the group, which it does not hear.
    await last.kill();
    await rm(target, { recursive: true, force: true });
  });

  const withDisk = async (
    t: Parameters<typeof atEnd>[0],
    name: string,
  ): Promise<Straggler & { disk: OwnDisk }> => {
    const disk = await makeOwnDisk(name, 96);
    atEnd(t, () => disk.destroy());
    // Slow enough for the disk to fail long before the content is whole.
    const rest = { target: `${disk.folder}/${name}`, mostBytesPerSecond: 6_000_000 };
    return { disk, at: disk.on(segment.machines[2] as Cable), ...rest };
  };

  test(
    'BSCN-29: disk: its disk stands still; once it goes on, the rest comes by unicast',
    onDisk,
    async (t) => {
      const { disk, ...straggler } = await withDisk(t, 'stalled');
      const { last, sender, othersEnd } = await session('stalled', straggler);
      await last.line('chunk');
      await disk.stall();
      await othersEnd();
      assert.deepEqual(await causeOf(sender), ['left', 'disk']);
      await disk.goOn();
      await finishesByUnicast(last, `${disk.path}/stalled`, 'disk');
    },
  );

  test('BSCN-29: disk: its disk is full; it says so itself, and nobody waits for it', onDisk, async (t) => {
    const patience = { silentMs: never, lagMs: never };
    const { disk, ...straggler } = await withDisk(t, 'full');
    const { last, sender, othersEnd, again } = await session('full', { ...straggler, patience });
    await last.line('chunk');
    const filler = await disk.fillUp();
    await othersEnd();
    assert.deepEqual(await causeOf(sender), ['left', 'disk']);
    await assert.rejects(last.line('done'), /ended without a line/);
    await disk.remove(filler);
    const { bytesFetched, bytesResumed } = await (await again()).line('done');
    assert.ok(bytesResumed > 0, 'what had come before is kept');
    assert.equal(bytesFetched + bytesResumed, segment.contentBytes);
    await segment.assertWhole(`${disk.path}/full`);
  });
});
