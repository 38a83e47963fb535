import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { storeContent } from '@tenkai/testkit/published-content.ts';
import { output } from '@tenkai/testkit/rig/command.ts';
import { type Cable, makeNetwork, type Network } from '@tenkai/testkit/rig/network.ts';
import { buildManifest, type ChunkStore, type Manifest, openChunkStore } from '@tenkai/transfer';
import { build } from 'esbuild';
import { writeSeeded } from '../site/write-seeded.ts';

/** One content, as a file and in a store, and what all runs have in common. */
export interface Scene {
  readonly home: string;
  readonly mib: number;
  readonly manifest: Manifest;
  readonly store: ChunkStore;
  /** The same bytes as one file, for the peers. */
  readonly file: string;
  /** Both ends of a session, bundled as they ship. */
  readonly program: string;
}

const root = resolve(import.meta.dirname, '../..');

/** @param home where it lies; the caller removes it */
export async function makeScene(home: string, options: { mib: number; seed: number }): Promise<Scene> {
  await mkdir(join(home, 'content'));
  const file = join(home, 'content', 'image.bin');
  await writeSeeded(file, options.mib, `multicast ${options.seed}`);
  const store = await openChunkStore({ root: join(home, 'store') });
  const { manifest, sources } = await buildManifest({ folders: [join(home, 'content')] });
  await storeContent(store, manifest, sources);
  return { home, mib: options.mib, manifest, store, file, program: await bundleProgram() };
}

/** Below node_modules, so that the optional koffi is found from it. */
async function bundleProgram(): Promise<string> {
  const outfile = join(root, 'node_modules/.cache/tenkai-bench/multicast.mjs');
  await build({
    entryPoints: [join(root, 'packages/testkit/src/multicast/program.ts')],
    ...{ outfile, bundle: true, platform: 'node', target: 'node24', format: 'esm', logLevel: 'warning' },
    external: ['koffi'],
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  return outfile;
}

export interface Lab {
  readonly network: Network;
  readonly machines: readonly Cable[];
  /** Bytes that the sender's card has sent so far. */
  sentBytes(): Promise<number>;
}

/** A network of its own with so many receivers, as long as `act` takes. */
export async function inLab<T>(count: number, act: (lab: Lab) => Promise<T>): Promise<T> {
  const network = await makeNetwork();
  try {
    const machines: Cable[] = [];
    for (let index = 0; index < count; index += 1) machines.push(await network.addMachine());
    await output(network.site.command(['ip', 'route', 'add', '224.0.0.0/4', 'dev', 'br0']));
    return await act({ network, machines, sentBytes: () => sentBytes(network) });
  } finally {
    await network.destroy();
  }
}

async function sentBytes({ site }: Network): Promise<number> {
  const text = await output(site.command(['ip', '-s', '-j', 'link', 'show', 'dev', 'br0']));
  return (JSON.parse(text) as { stats64: { tx: { bytes: number } } }[])[0]?.stats64.tx.bytes ?? Number.NaN;
}

/** A folder for what the receivers get; gone afterwards. */
export async function inFolder<T>(scene: Scene, act: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(scene.home, 'received-'));
  try {
    return await act(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
