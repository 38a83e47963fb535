/**
 * `npm run bench -- content`: 1 GiB from one nginx over TLS to one receiver, verified and on the disk (fsync), beside
 * curl, which fetches the same bytes as one file from the same nginx and does not verify. Both take turns; each round
 * changes who begins.
 */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { link, mkdir, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { noNginx, startNginx } from '@tenkai/testkit/nginx.ts';
import { storeContent } from '@tenkai/testkit/published-content.ts';
import { spawnOwned } from '@tenkai/testkit/rig/own-process.ts';
import {
  buildManifest,
  type ContentSource,
  fetchContent,
  freeBytes,
  type Manifest,
  openChunkStore,
} from '@tenkai/transfer';
import { type Bench, type BenchOptions, type BenchResult, median } from './result.ts';
import { inWorkFolder } from './site/work-folder.ts';
import { writeSeeded } from './site/write-seeded.ts';

const MIB = 1024 * 1024;
const curl = '/usr/bin/curl';
const defaultMib = 1024;
const defaultRounds = 7;
const leastRatio = 0.8;

interface Round {
  readonly tenkaiMs: number;
  readonly curlMs: number;
  readonly tenkaiCpuMs: number;
  /** Of this machine, one minute; above the number of processors, others are at work. */
  readonly load: number;
}

interface Rig {
  readonly home: string;
  readonly manifest: Manifest;
  readonly source: ContentSource;
  /** The same bytes as one file. */
  readonly fileUrl: string;
  readonly caFile: string;
}

export const run: Bench = async (options) => {
  if (noNginx !== false) throw new Error(noNginx);
  if (!existsSync(curl)) throw new Error('curl is missing: run node scripts/install-test-tools.mjs as root');
  const sizeMib = Number(options.flags.mib ?? defaultMib);
  const below = String(options.flags.folder ?? tmpdir());
  return inWorkFolder((home) => measure(options, home, sizeMib), below);
};

async function measure(options: BenchOptions, home: string, sizeMib: number): Promise<BenchResult> {
  const needed = 4 * sizeMib * MIB;
  if ((await freeBytes(home)) < needed) throw new Error(`${home} needs ${needed / MIB} MiB of free disk`);
  options.progress(`making ${sizeMib} MiB of content`);
  const nginx = await startNginx({ root: join(home, 'store') });
  try {
    const rig = await makeRig(home, { sizeMib, seed: options.seed, url: nginx.url, ca: nginx.ca });
    options.progress('warming up');
    await oneRound(rig, true);
    const rounds: Round[] = [];
    const count = Number(options.flags.rounds ?? defaultRounds);
    for (let index = 0; index < count; index++) {
      const round = await oneRound(rig, index % 2 === 0);
      rounds.push(round);
      options.progress(
        `round ${index + 1}: ${rate(round.tenkaiMs, sizeMib)} MiB/s, curl ${rate(round.curlMs, sizeMib)}`,
      );
    }
    return resultOf(rounds, sizeMib);
  } finally {
    await nginx.stop();
  }
}

function rate(ms: number, mib: number): number {
  return Math.round(mib / (ms / 1000));
}

function resultOf(rounds: readonly Round[], sizeMib: number): BenchResult {
  const tenkai = median(rounds.map(({ tenkaiMs }) => rate(tenkaiMs, sizeMib)));
  const baseline = median(rounds.map(({ curlMs }) => rate(curlMs, sizeMib)));
  const cpu = median(rounds.map(({ tenkaiCpuMs }) => tenkaiCpuMs));
  const paired = median(rounds.map(({ tenkaiMs, curlMs }) => curlMs / tenkaiMs));
  return {
    figures: [
      {
        what: `${sizeMib} MiB to one receiver, verified and on disk`,
        value: tenkai,
        unit: 'MiB/s',
        baseline,
        target: { of: 'ratio', atLeast: leastRatio },
      },
      { what: 'the same, each round against its own curl', value: Math.round(paired * 100) / 100, unit: 'x' },
      { what: 'processor time of the receiver, all threads', value: Math.round(cpu), unit: 'ms' },
    ],
    notes: [
      'Other work on the machine changes from round to round: then the ratio of each round says more than the rates.',
      'Baseline: curl of the same bytes as one file from the same nginx over TLS, then fsync; curl verifies nothing.',
      'Before each turn as much memory is touched and freed, so that both find it backed by the host of a virtual machine.',
      `Medians of ${rounds.length} rounds that alternate who begins; one round before them is not counted.`,
    ],
    raw: rounds,
  };
}

interface MakeRig {
  readonly sizeMib: number;
  readonly seed: number;
  readonly url: string;
  readonly ca: string;
}

async function makeRig(home: string, { sizeMib, seed, url, ca }: MakeRig): Promise<Rig> {
  const folder = join(home, 'content');
  await mkdir(folder);
  await writeSeeded(join(folder, 'image.bin'), sizeMib, `content ${seed}`);
  const store = await openChunkStore({ root: join(home, 'store') });
  const { manifest, sources } = await buildManifest({ folders: [folder] });
  await storeContent(store, manifest, sources);
  await link(join(folder, 'image.bin'), join(store.root, 'image.bin'));
  const caFile = join(home, 'ca.pem');
  await writeFile(caFile, ca);
  return { home, manifest, source: { baseUrl: url, ca }, fileUrl: `${url}image.bin`, caFile };
}

async function oneRound(rig: Rig, isTenkaiFirst: boolean): Promise<Round> {
  const load = loadavg()[0] ?? 0;
  if (!isTenkaiFirst) {
    const curlMs = await byCurl(rig);
    return { ...(await byTenkai(rig)), curlMs, load };
  }
  const ours = await byTenkai(rig);
  return { ...ours, curlMs: await byCurl(rig), load };
}

/**
 * Touches and frees as much memory as the page cache will need. On a virtual machine memory that was not used lately
 * costs several times more, and whoever came first would pay for both.
 */
async function warmMemory({ manifest }: Rig): Promise<void> {
  const bytes = Math.ceil(manifest.totalBytes * 1.25);
  await command(process.execPath, [
    '--eval',
    `const keep = []; for (let left = ${bytes}; left > 0; left -= 2 ** 26) keep.push(Buffer.alloc(2 ** 26, 1));`,
  ]);
}

async function byTenkai(rig: Rig): Promise<{ tenkaiMs: number; tenkaiCpuMs: number }> {
  const { home, manifest, source } = rig;
  await warmMemory(rig);
  const target = join(home, 'received');
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  await fetchContent({ manifest, sources: [source], target });
  const tenkaiMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpu);
  await rm(target, { recursive: true });
  return { tenkaiMs, tenkaiCpuMs: (user + system) / 1000 };
}

async function byCurl(rig: Rig): Promise<number> {
  const { home, fileUrl, caFile } = rig;
  await warmMemory(rig);
  const target = join(home, 'received.bin');
  const startedAt = performance.now();
  await command(curl, ['--silent', '--fail', '--cacert', caFile, '--output', target, fileUrl]);
  await command('/usr/bin/sync', [target]);
  const ms = performance.now() - startedAt;
  await rm(target);
  return ms;
}

async function command(program: string, args: readonly string[]): Promise<void> {
  const child = spawnOwned(program, args, { stdio: ['ignore', 'ignore', 'inherit'], timeout: 600_000 });
  const [status] = await once(child, 'exit');
  if (status !== 0) throw new Error(`${program} ended with status ${status}`);
}
