/** A network and mount namespace with a firewall of its own, whose settings nobody else sees. */
import { existsSync } from 'node:fs';
import { output } from './command.ts';
import { end, spawnOwned } from './own-process.ts';

export interface GuardedHost {
  command(argv: readonly string[]): string[];
  destroy(): Promise<void>;
}

const copies = {
  nftables: [],
  ufw: ['/etc/ufw', '/etc/default', '/lib/ufw'],
  firewalld: ['/etc/firewalld'],
} as const;

/** Its service in the background where it has one; then the script says `ready`. */
const starts = {
  nftables: '',
  ufw: 'ufw --force enable >/dev/null',
  // firewalld speaks over a system bus of its own.
  firewalld: `mkdir -p /run/dbus
dbus-daemon --system --nofork --nopidfile & until [ -S /run/dbus/system_bus_socket ]; do sleep 0.05; done
firewalld --nofork --nopid >/dev/null 2>&1 & until firewall-cmd --state >/dev/null 2>&1; do sleep 0.1; done`,
} as const;

const programs = {
  nftables: '/usr/sbin/nft',
  ufw: '/usr/sbin/ufw',
  firewalld: '/usr/sbin/firewalld',
} as const;

export type FirewallKind = keyof typeof programs;

/** Why there can be no such host; false when it can. For `{ skip }`. */
export function noFirewall(kind: FirewallKind): string | false {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'FIREWALLS need root on Linux';
  if (existsSync(programs[kind])) return false;
  return `${programs[kind]} MISSING: run node scripts/install-test-tools.mjs as root`;
}

const startLimitMs = 60_000;

/**
 * Starts one. It ends with this process, and everything in it.
 * @throws Error when the firewall does not start
 */
export async function makeGuardedHost(kind: FirewallKind): Promise<GuardedHost> {
  const own = copies[kind].map(
    (path) =>
      `mkdir -p /run/own${path} && cp -a ${path}/. /run/own${path} && mount --bind /run/own${path} ${path}`,
  );
  const script = ['set -e', 'mount -t tmpfs none /run', ...own, 'ip link set lo up', starts[kind]];
  const sleep = ['echo ready', 'exec sleep infinity'];
  // A process namespace, too: with its first process the services in it end.
  const words = ['--net', '--mount', '--pid', '--fork', '--kill-child=KILL'];
  const child = spawnOwned('unshare', [...words, 'sh', '-c', [...script, ...sleep].join('\n')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const inside = (argv: readonly string[]) => [
    'nsenter',
    '-t',
    String(child.pid),
    '--net',
    '--mount',
    ...argv,
  ];
  const host = { command: inside, destroy: () => end(child, 'SIGKILL') };
  try {
    await new Promise<void>((resolve, reject) => {
      setTimeout(() => reject(new Error(`${kind} did not start`)), startLimitMs).unref();
      child.stdout?.once('data', () => resolve());
      child.once('exit', () => reject(new Error(`${kind} did not start`)));
    });
    await output(inside(['true']));
  } catch (error) {
    await host.destroy();
    throw error;
  }
  return host;
}
