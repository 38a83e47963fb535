/**
 * `npm run bench -- multicast`: a content sent to 1, 3 and 8 receivers in network namespaces on this machine, beside
 * udpcast and uftp at the same numbers in the same run; then with losses, and on lines of 200 Mbit/s. Flags: --mib
 * 512, --counts 1,3,8, --rounds 1, --folder (of temporary files): on a disk, for that is where contents of this size go.
 */
import { loadavg, tmpdir } from 'node:os';
import { noNetworks } from '@tenkai/testkit/rig/network.ts';
import { type OursOptions, type OursRun, ours } from './multicast/ours.ts';
import { peers } from './multicast/peers.ts';
import { makeScene, type Scene } from './multicast/scene.ts';
import { type Bench, type BenchOptions, type BenchResult, type Figure, median } from './result.ts';
import { inWorkFolder } from './site/work-folder.ts';

const most = { onWire: 1.1, onWireLossy: 1.2, senderMb: 150, shapedFactor: 1.15 };
const leastLossyRate = 0.8;
const lossy = { count: 3, lostPerThousand: 10 };
const shaped = { count: 8, megabits: 200 };

interface PeerRun {
  readonly peer: string;
  readonly count: number;
  readonly mibPerSecond: number;
}

interface Raw {
  readonly ours: (OursRun & { readonly load: number })[];
  readonly peers: (PeerRun & { readonly load: number })[];
}

export const run: Bench = async (options) => {
  if (noNetworks !== false) throw new Error(noNetworks);
  for (const { name, missing } of peers) {
    if (missing)
      options.progress(`MISSING: ${name} (${missing}): run node scripts/install-test-tools.mjs --bench`);
  }
  const folder = String(options.flags.folder ?? tmpdir());
  const mib = Number(options.flags.mib ?? 512);
  return inWorkFolder(
    async (home) => measure(options, await makeScene(home, { mib, seed: options.seed })),
    folder,
  );
};

async function measure({ flags, progress }: BenchOptions, scene: Scene): Promise<BenchResult> {
  const counts = String(flags.counts ?? '1,3,8')
    .split(',')
    .map(Number);
  const raw: Raw = { ours: [], peers: [] };
  const own = async (options: OursOptions) => {
    const load = loadavg()[0] ?? 0;
    const found = await ours(scene, options);
    raw.ours.push({ ...found, load });
    progress(
      `${JSON.stringify(options)}: ${found.mibPerSecond.toFixed(1)} MiB/s, ${found.onWire.toFixed(3)} on the wire`,
    );
  };
  for (let round = 0; round < Number(flags.rounds ?? 1); round += 1) {
    for (const count of counts) {
      await own({ count });
      for (const { name, missing, run: runPeer } of peers) {
        if (missing) continue;
        const load = loadavg()[0] ?? 0;
        const mibPerSecond = await runPeer(scene, count);
        raw.peers.push({ peer: name, count, mibPerSecond, load });
        progress(`${name} to ${count}: ${mibPerSecond.toFixed(1)} MiB/s`);
      }
    }
    await own({ count: lossy.count, isApart: true });
    await own({ ...lossy, isApart: true });
    await own({ count: 1, isApart: true, megabits: shaped.megabits });
    await own({ ...shaped, isApart: true });
  }
  return { figures: figuresOf(raw, counts, scene.mib), notes: notesOf(), raw };
}

function figuresOf(raw: Raw, counts: readonly number[], mib: number): Figure[] {
  const figures = counts.flatMap((count) => besidePeers(raw, count, mib));
  const lossFree = rateOf(raw, { count: lossy.count, isApart: true });
  const withLoss = { ...lossy, isApart: true };
  const alone = { count: 1, isApart: true, megabits: shaped.megabits };
  const one = rateOf(raw, alone);
  const eight = { ...shaped, isApart: true };
  return [
    ...figures,
    {
      ...{
        what: `1 % lost by each of ${lossy.count}, baseline: none lost`,
        unit: 'MiB/s',
        baseline: lossFree,
      },
      ...{ value: rateOf(raw, withLoss), target: { of: 'ratio', atLeast: leastLossyRate } },
    },
    wire(raw, withLoss, `on the wire at 1 % loss, ${lossy.count} receivers`, most.onWireLossy),
    {
      ...{
        what: `${shaped.count} on lines of ${shaped.megabits} Mbit/s, baseline: one`,
        unit: 'MiB/s',
        baseline: one,
      },
      ...{
        value: rateOf(raw, eight),
        target: { of: 'ratio', atLeast: Number((1 / most.shapedFactor).toFixed(3)) },
      },
    },
    wire(raw, eight, `on the wire on those lines, ${shaped.count} receivers`, most.onWire),
    wire(raw, alone, 'on the wire on such a line, one receiver', most.onWire),
    {
      ...{
        what: 'the sender, most memory resident',
        unit: 'MB',
        target: { of: 'value', atMost: most.senderMb },
      },
      value: Math.max(...raw.ours.map(({ senderResidentMb }) => senderResidentMb)),
    },
  ];
}

function besidePeers(raw: Raw, count: number, mib: number): Figure[] {
  const rates = peers.map(({ name }) =>
    median(
      raw.peers.filter((run) => run.peer === name && run.count === count).map((run) => run.mibPerSecond),
    ),
  );
  const best = Math.max(...rates.map((rate) => (Number.isNaN(rate) ? 0 : rate)));
  const runs = raw.ours.filter((run) => isSame(run, { count }));
  const cpu = median(runs.map((run) => run.receiverCpuMs / count / mib));
  return [
    {
      ...{ what: `${mib} MiB to ${count}, baseline: the faster peer`, unit: 'MiB/s', baseline: best },
      ...{ value: rateOf(raw, { count }), target: { of: 'ratio', atLeast: 1 } },
    },
    wire(raw, { count }, `on the wire, ${count}`, most.onWire),
    { what: `processor time of each of ${count} receivers`, value: cpu, unit: 'ms/MiB' },
  ];
}

function wire(raw: Raw, options: OursOptions, what: string, atMost: number): Figure {
  const value = median(raw.ours.filter((run) => isSame(run, options)).map(({ onWire }) => onWire));
  return { what, value, unit: 'x', target: { of: 'value', atMost } };
}

function rateOf(raw: Raw, options: OursOptions): number {
  return median(raw.ours.filter((run) => isSame(run, options)).map(({ mibPerSecond }) => mibPerSecond));
}

const isSame = (a: OursOptions, b: OursOptions) =>
  a.count === b.count &&
  a.isApart === b.isApart &&
  a.lostPerThousand === b.lostPerThousand &&
  a.megabits === b.megabits;

function notesOf(): string[] {
  const absent = peers.filter(({ missing }) => missing).map(({ name }) => name);
  return [
    'Until every receiver has all bytes in place. Tenkai authenticates the sender and verifies a SHA-256 of every chunk before it is kept, and makes files durable; the peers do none of it.',
    'All receivers share the processors of this machine: with many of them it is processor time per byte that counts.',
    'udpcast in full-duplex mode; uftp unencrypted at full interface speed (-R -1), both with their own repair. A rate of 0: not all receivers got all.',
    'On the wire: counted at the card of the sender, with 42 bytes of Ethernet, IPv4 and UDP header for each datagram.',
    'With losses and on shaped lines trains of datagrams are taken apart before the card, so that each is lost by itself.',
    ...(absent.length > 0 ? [`NOT MEASURED, for they are not installed: ${absent.join(', ')}.`] : []),
  ];
}
