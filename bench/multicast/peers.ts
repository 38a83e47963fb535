import { existsSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Namespace } from '@tenkai/testkit/rig/network.ts';
import { end, ended, spawnOwned, tailOf } from '@tenkai/testkit/rig/own-process.ts';
import { inFolder, inLab, type Lab, type Scene } from './scene.ts';

/** Programs that do the same, each in the way that its manual recommends for a fast network. */
export interface Peer {
  readonly name: 'udpcast' | 'uftp';
  /** What is not here; undefined: nothing. */
  readonly missing: string | undefined;
  /** MiB/s from the start of the sender until all receivers have all; 0 where not all of them got it. */
  run(scene: Scene, count: number): Promise<number>;
}

const LIMIT_MS = 150_000;
/** Until receivers listen; their start is not counted. */
const LISTENING_MS = 700;
const BUFFER_BYTES = 4 * 1024 * 1024;

export const peers: readonly Peer[] = [
  peer('udpcast', ['/usr/bin/udp-sender', '/usr/bin/udp-receiver'], async (scene, folder, lab) => {
    const { network, machines } = lab;
    const receivers = machines.map((machine, index) => {
      const target = join(folder, String(index));
      return start(machine, ['udp-receiver', '--interface', 'eth0', '--nokbd', '--file', target]);
    });
    await delay(LISTENING_MS);
    return timed(scene, async () => {
      const sender = start(network.site, [
        ...['udp-sender', '--interface', 'br0', '--nokbd', '--full-duplex', '--file', scene.file],
        ...['--min-receivers', String(machines.length), '--max-wait', '10'],
      ]);
      await Promise.all([sender, ...receivers].map(({ child }) => ended(child)));
      return machines.map((_, index) => join(folder, String(index)));
    });
  }),
  peer('uftp', ['/usr/bin/uftp', '/usr/bin/uftpd'], async (scene, folder, { network, machines }) => {
    const id = (index: number) => `0x0A4D00${(index + 2).toString(16).padStart(2, '0')}`;
    for (const index of machines.keys()) await mkdir(join(folder, String(index)));
    const receivers = machines.map((machine, index) =>
      start(machine, [
        ...['uftpd', '-d', '-q', '-x', '1', '-I', 'eth0', '-M', '230.4.4.1', '-U', id(index)],
        ...['-B', String(BUFFER_BYTES), '-D', join(folder, String(index))],
      ]),
    );
    await delay(LISTENING_MS);
    try {
      return await timed(scene, async () => {
        const sender = start(network.site, [
          ...['uftp', '-q', '-x', '1', '-I', 'br0', '-R', '-1', '-B', String(BUFFER_BYTES)],
          ...[
            '-r',
            '0.05:0.01:0.5',
            '-M',
            '230.4.4.1',
            '-H',
            [...machines.keys()].map(id).join(','),
            scene.file,
          ],
        ]);
        await ended(sender.child);
        return machines.map((_, index) => join(folder, String(index), 'image.bin'));
      });
    } finally {
      for (const { child } of receivers) await end(child);
    }
  }),
];

function peer(
  name: Peer['name'],
  programs: readonly string[],
  act: (scene: Scene, folder: string, lab: Lab) => Promise<number>,
): Peer {
  const missing = programs.filter((program) => !existsSync(program));
  return {
    name,
    missing: missing.length > 0 ? missing.join(', ') : undefined,
    run: (scene, count) => inFolder(scene, (folder) => inLab(count, (lab) => act(scene, folder, lab))),
  };
}

function start(at: Namespace, argv: readonly string[]) {
  const [command = '', ...args] = at.command(argv);
  const child = spawnOwned(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: LIMIT_MS });
  return { child, tail: tailOf(child) };
}

async function timed(scene: Scene, act: () => Promise<readonly string[]>): Promise<number> {
  const startedAt = performance.now();
  const files = await act();
  const seconds = (performance.now() - startedAt) / 1000;
  for (const file of files) {
    const size = await stat(file).then(
      (found) => found.size,
      () => 0,
    );
    if (size !== scene.manifest.totalBytes) return 0;
  }
  return scene.mib / seconds;
}
