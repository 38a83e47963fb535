import { join } from 'node:path';
import { multicastRig } from '@tenkai/testkit/multicast/group.ts';
import { loseShare, takeTrainsApart } from '@tenkai/testkit/multicast/impair.ts';
import { inFolder, inLab, type Scene } from './scene.ts';

export interface OursOptions {
  readonly count: number;
  /** Each datagram by itself, with headers of its own, as a card sends it: for losses and for counting. */
  readonly isApart?: boolean;
  /** Of what each machine receives. */
  readonly lostPerThousand?: number;
  readonly megabits?: number;
}

export interface OursRun extends OursOptions {
  readonly mibPerSecond: number;
  /** What the sender's card sent, headers included, as a multiple of the content. */
  readonly onWire: number;
  readonly senderResidentMb: number;
  readonly senderCpuMs: number;
  /** Of all receivers together. */
  readonly receiverCpuMs: number;
  readonly datagrams: number;
  readonly repairs: number;
}

// Ethernet, IPv4 and UDP in front of each datagram of 1,472 bytes.
const FRAME_BYTES = 1472 + 42;

/** One session: from the start of the sender's program until every receiver has all, verified and on its disk. */
export function ours(scene: Scene, options: OursOptions): Promise<OursRun> {
  return inFolder(scene, (folder) =>
    inLab(options.count, async ({ network, machines, sentBytes }) => {
      if (options.isApart) await takeTrainsApart(network.site);
      for (const machine of machines) {
        if (options.lostPerThousand) await loseShare(machine, options.lostPerThousand);
        if (options.megabits) await machine.slowTo(options.megabits);
      }
      const rig = multicastRig({
        ...{ home: folder, manifest: scene.manifest, store: scene.store.root, program: scene.program },
        senderAddress: network.site.address,
      });
      try {
        const members = await Promise.all(
          machines.map((at, index) =>
            rig.receive(at, {
              member: index + 1,
              target: join(folder, String(index)),
              isMulticastOnly: true,
            }),
          ),
        );
        const before = await sentBytes();
        const startedAt = performance.now();
        const sender = await rig.send(network.site, { expected: machines.map((_, index) => index + 1) });
        const ends = await Promise.all(members.map((member) => member.line('done')));
        const seconds = (performance.now() - startedAt) / 1000;
        const { figures, residentBytes, cpu } = await sender.line('done');
        const counted = (await sentBytes()) - before;
        return {
          ...options,
          mibPerSecond: scene.mib / seconds,
          onWire: Math.max(counted, figures.datagrams * FRAME_BYTES) / scene.manifest.totalBytes,
          senderResidentMb: residentBytes / 1e6,
          senderCpuMs: milliseconds(cpu),
          receiverCpuMs: ends.reduce((sum, end) => sum + milliseconds(end.cpu), 0),
          ...{ datagrams: figures.datagrams, repairs: figures.repairs },
        };
      } finally {
        await rig.end();
      }
    }),
  );
}

const milliseconds = ({ user, system }: { user: number; system: number }) => (user + system) / 1000;
