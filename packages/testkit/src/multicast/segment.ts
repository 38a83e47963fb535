import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describeTree, publishContent } from '../published-content.ts';
import { madeOfParts } from '../rig/kept-parts.ts';
import { type Cable, makeNetwork, type Network } from '../rig/network.ts';
import { end, spawnOwned } from '../rig/own-process.ts';
import { type MulticastRig, multicastRig } from './group.ts';
import { takeTrainsApart } from './impair.ts';

/** One network with a site, machines, and a content that the site also serves by unicast. */
export interface Segment {
  readonly network: Network;
  readonly machines: readonly Cable[];
  readonly sources: readonly string[];
  readonly contentBytes: number;
  /** A session of its own. */
  newRig(): MulticastRig;
  targetOf(name: string): string;
  /** Every byte of the content is in the folder. */
  assertWhole(target: string): Promise<void>;
  destroy(): Promise<void>;
}

const webPort = 8080;
const MIB = 1024 * 1024;

export function startSegment({ machines: count, mib }: { machines: number; mib: number }): Promise<Segment> {
  return madeOfParts(async (keep) => {
    const content = await publishContent({ 'image/disk.bin': mib * MIB + 5, 'image/small.txt': 'small' });
    keep({ destroy: () => content.remove() });
    const original = await describeTree(join(content.home, 'source'));
    const network = keep(await makeNetwork());
    const machines: Cable[] = [];
    for (let number = 0; number < count; number += 1) machines.push(await network.addMachine());
    await takeTrainsApart(network.site);
    const web = await serve(network, content.store.root);
    keep({ destroy: () => end(web) });
    const rigs: MulticastRig[] = [];
    keep({
      async destroy() {
        for (const rig of rigs) await rig.end();
      },
    });
    return {
      ...{ network, machines, sources: [`http://${network.site.address}:${webPort}/`] },
      contentBytes: content.manifest.totalBytes,
      newRig() {
        const senderAddress = network.site.address;
        const rig = multicastRig({ ...content, store: content.store.root, senderAddress });
        rigs.push(rig);
        return rig;
      },
      targetOf: (name) => join(content.home, 'received', name),
      assertWhole: async (target) => assert.deepEqual(await describeTree(target), original, target),
    };
  });
}

async function serve(network: Network, root: string) {
  const program = join(import.meta.dirname, 'serve-store.ts');
  const argv = network.site.command([process.execPath, program, root, String(webPort)]);
  const [command = '', ...args] = argv;
  const child = spawnOwned(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  return child;
}
