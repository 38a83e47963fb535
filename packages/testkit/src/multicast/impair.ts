import { output } from '../rig/command.ts';
import type { Cable, Namespace } from '../rig/network.ts';

/** Loses a share of all packets that arrive at a machine (nftables `numgen`): each one decided by itself. */
export async function loseShare({ command, interface: card }: Cable, perThousand: number): Promise<void> {
  await addRule({ command, card }, 'lossy', `numgen random mod 1000 < ${perThousand} drop`);
}

/** A machine to which no multicast comes, as behind a switch that passes none. */
export async function dropMulticast({ command, interface: card }: Cable): Promise<void> {
  await addRule({ command, card }, 'deaf', 'ip daddr 224.0.0.0/4 drop');
}

async function addRule(
  { command, card }: Pick<Cable, 'command'> & { card: string },
  table: string,
  rule: string,
): Promise<void> {
  const chain = `chain arriving { type filter hook ingress device ${card} priority 0; ${rule}\n}`;
  await output(command(['nft', `table netdev ${table} { ${chain}\n}`]));
}

/** Trains of datagrams are taken apart before they leave the site, as a real card does: each can be lost by itself. */
export async function takeTrainsApart(site: Pick<Namespace, 'command'>): Promise<void> {
  await output(site.command(['ip', 'link', 'set', 'dev', 'br0', 'gso_max_segs', '1']));
}
