/** The network card of a machine that is off: it answers nothing, and a magic packet wakes the machine. */
import { once } from 'node:events';
import { join } from 'node:path';
import { output } from './command.ts';
import type { Cable } from './network.ts';
import { end, spawnOwned } from './own-process.ts';

const script = join(import.meta.dirname, 'host-scripts/wait-for-wake.pl');

export interface SleepingCard {
  /** The machine is on again: the card has its address back. */
  stop(): Promise<void>;
}

export async function watchForMagicPacket(cable: Cable, onWake: () => void): Promise<SleepingCard> {
  const device = cable.interface;
  const mac =
    /link\/ether ([0-9a-f:]+)/.exec(await output(cable.command(['ip', 'link', 'show', device])))?.[1] ?? '';
  await output(cable.command(['ip', 'address', 'flush', 'dev', device]));
  const [program = '', ...args] = cable.command(['perl', script, device, mac]);
  const watcher = spawnOwned(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  watcher.once('exit', (code) => code === 0 && onWake());
  await Promise.race([
    once(watcher.stdout ?? watcher, 'data'),
    once(watcher, 'exit').then(() =>
      Promise.reject(new Error('the sleeping network card cannot be watched')),
    ),
  ]);
  return {
    async stop() {
      await end(watcher, 'SIGKILL');
      await output(
        cable.command(['ip', 'address', 'replace', `${cable.address}/24`, 'brd', '+', 'dev', device]),
      );
      await output(cable.command(['ip', 'route', 'replace', 'default', 'via', cable.gateway]));
    },
  };
}
