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

/** A firewall of the machine's own that takes in, or lets out, nothing of any group. */
export async function dropOwnMulticast(
  { command }: Pick<Cable, 'command'>,
  hook: 'input' | 'output',
): Promise<void> {
  const chain = `chain own { type filter hook ${hook} priority 0; ip daddr 224.0.0.0/4 drop\n}`;
  await output(command(['nft', `table ip firewall { ${chain}\n}`]));
}

export interface ForgetfulSwitch {
  /** How many machines it passes a group on to. */
  knows(group: string): Promise<number>;
}

/**
 * The site's bridge passes datagrams of a group only to who said that it wants them, forgets that after some seconds,
 * and asks nobody: as a switch with IGMP snooping and no querier, which forgets after 260 seconds (RFC 4541, 2.1.1).
 * The kernel's bridge snoops only while it believes in a querier; so it is one itself that asks once in an hour.
 */
export async function snoopWithoutQuerier(
  site: Pick<Namespace, 'command'>,
  seconds: number,
): Promise<ForgetfulSwitch> {
  const set = (options: Readonly<Record<string, number>>) => {
    const argv = Object.entries(options).flatMap(([name, value]) => [name, String(value)]);
    return output(site.command(['ip', 'link', 'set', 'dev', 'br0', 'type', 'bridge', ...argv]));
  };
  // In hundredths of a second; what a querier waits for answers is also how long it does not trust its own list.
  await set({ mcast_query_interval: 360_000, mcast_query_response_interval: 10 });
  await set({ mcast_startup_query_interval: 360_000, mcast_membership_interval: seconds * 100 });
  await set({ mcast_snooping: 1 });
  await set({ mcast_querier: 1 });
  return {
    async knows(group) {
      const lines = (await output(site.command(['bridge', 'mdb', 'show']))).split('\n');
      return lines.filter((line) => /port port\d/.test(line) && line.includes(`grp ${group} `)).length;
    },
  };
}

/** All arrives again. */
export async function endImpairment({ command }: Pick<Cable, 'command'>): Promise<void> {
  await output(command(['nft', 'flush', 'ruleset']));
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
