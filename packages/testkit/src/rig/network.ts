/**
 * Networks of a test's own: one network namespace for the site with a bridge in it, and one for each machine, joined
 * to the bridge by a cable that can be pulled. The namespaces have no names: they are gone with the processes that
 * hold them, whatever happens to the test.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { output } from './command.ts';
import { type Forward, startForward } from './forward.ts';
import type { Namespace } from './namespace.ts';
import { end, spawnOwned } from './own-process.ts';

export type { Namespace } from './namespace.ts';

/** Why a test with network namespaces cannot run here; false when it can. For `{ skip: noNetworks }`. */
export const noNetworks: string | false = whyNoNetworks();

const bridge = 'br0';
const subnet = '10.77.0';

export interface Cable extends Namespace {
  /** Name of the interface on the machine's end. */
  readonly interface: string;
  readonly gateway: string;
  /**
   * Cuts the machine off. `pulled`: both ends lose their carrier; `silent`: packets vanish on the way, and no end
   * is told, as with a dead switch behind the next one.
   */
  cut(how?: 'pulled' | 'silent'): Promise<void>;
  restore(): Promise<void>;
  /** What the machine receives comes no faster than that; null: as fast as it can. */
  slowTo(megabitsPerSecond: number | null): Promise<void>;
}

/** Machines behind a router that passes no multicast, with one line to the site. */
export interface Subnet {
  /** The router: the gateway of its machines. */
  readonly router: Namespace;
  addMachine(): Promise<Cable>;
  /** What came over the line so far, headers included. */
  bytesOverLine(): Promise<number>;
  /** The line's rate towards the subnet. */
  slowTo(megabitsPerSecond: number | null): Promise<void>;
}

export interface Tap {
  readonly device: string;
  /** The address and the card's address that the virtual machine should take. */
  readonly address: string;
  readonly mac: string;
  cut(how?: 'pulled' | 'silent'): Promise<void>;
  restore(): Promise<void>;
}

export interface Network {
  /** Where the site's server runs: `10.77.0.1`. */
  readonly site: Namespace;
  readonly subnet: string;
  /** A namespace for one more machine; the next free address. */
  addMachine(): Promise<Cable>;
  /** A subnet of its own, `10.77.1.0/24` the first. */
  addSubnet(): Promise<Subnet>;
  /** A tap device on the bridge for a virtual machine. */
  addTap(): Promise<Tap>;
  /** A port on this process's loopback that leads to a port in the site's namespace. */
  forward(port: number, host?: string): Promise<Forward>;
  /** Ends the namespaces; whatever still runs in them keeps them, and only them, until it ends. */
  destroy(): Promise<void>;
}

/** @throws Error when it cannot be made (see `noNetworks`) */
export async function makeNetwork(): Promise<Network> {
  const holders: Holder[] = [];
  const forwards: Forward[] = [];
  const add = async (address: string) => {
    const holder = await holdNamespace();
    holders.push(holder);
    const namespace = {
      pid: holder.pid,
      address,
      command: (argv: readonly string[]) => inside(holder.pid, argv),
    };
    await output(namespace.command(['ip', 'link', 'set', 'lo', 'up']));
    return namespace;
  };
  const site = await add(`${subnet}.1`);
  await makeBridge(site);
  let last = 1;
  let subnets = 0;
  return {
    site,
    subnet: `${subnet}.0/24`,
    async addMachine() {
      const number = ++last;
      return connect(site, await add(`${subnet}.${number}`), number);
    },
    async addSubnet() {
      const number = ++subnets;
      const router = await add(`10.77.${number}.1`);
      let lastBehind = 1;
      return {
        ...(await lineTo(site, router, number)),
        async addMachine() {
          const behind = ++lastBehind;
          return connect(router, await add(`10.77.${number}.${behind}`), behind);
        },
      };
    },
    async addTap() {
      const number = ++last;
      const device = `tap${number}`;
      await runAll(site, [
        ['ip', 'tuntap', 'add', device, 'mode', 'tap'],
        ['ip', 'link', 'set', device, 'master', bridge, 'up'],
      ]);
      return { device, address: `${subnet}.${number}`, mac: macOf(number), ...cutter(site, device) };
    },
    async forward(port, host = site.address) {
      const forward = await startForward({ namespace: site, host, port });
      forwards.push(forward);
      return forward;
    },
    async destroy() {
      for (const forward of forwards) await forward.close();
      for (const holder of holders) await holder.end();
    },
  };
}

// Locally administered (IEEE 802: second bit of the first byte).
const macOf = (number: number) => `02:00:0a:4d:00:${number.toString(16).padStart(2, '0')}`;

interface Holder {
  readonly pid: number;
  end(): Promise<void>;
}

/** Starts a process that does nothing but hold a new network namespace. */
async function holdNamespace(): Promise<Holder> {
  const child = spawnOwned('unshare', ['--net', 'sh', '-c', 'echo ready; exec sleep infinity'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    child.once('exit', () => reject(new Error('unshare --net failed')));
  });
  return { pid: child.pid ?? 0, end: () => end(child, 'SIGKILL') };
}

const inside = (pid: number, argv: readonly string[]) => [
  'nsenter',
  '--target',
  String(pid),
  '--net',
  ...argv,
];

async function runAll(namespace: Namespace, commands: readonly (readonly string[])[]): Promise<void> {
  for (const argv of commands) await output(namespace.command(argv));
}

// `brd +`: an address without a broadcast address sends broadcasts (Wake-on-LAN) nowhere.
const addAddress = ({ address }: Namespace, device: string) => [
  'ip',
  'address',
  'add',
  `${address}/24`,
  'brd',
  '+',
  'dev',
  device,
];

async function makeBridge(site: Namespace): Promise<void> {
  await runAll(site, [
    [
      'ip',
      'link',
      'add',
      bridge,
      'type',
      'bridge',
      'stp_state',
      '0',
      'forward_delay',
      '0',
      'mcast_snooping',
      '0',
    ],
    addAddress(site, bridge),
    ['ip', 'link', 'set', bridge, 'up'],
  ]);
}

async function lineTo(site: Namespace, router: Namespace, number: number) {
  const [line, up] = [`line${number}`, 'uplink'];
  await makeBridge(router);
  await runAll(site, [
    ['ip', 'link', 'add', line, 'type', 'veth', 'peer', 'name', up, 'netns', String(router.pid)],
    ['ip', 'address', 'add', `10.78.${number}.1/30`, 'dev', line],
    // Each packet with its own headers, as a real line carries (and counts) them.
    ['ip', 'link', 'set', line, 'gso_max_segs', '1', 'up'],
  ]);
  await runAll(router, [
    ['ip', 'address', 'add', `10.78.${number}.2/30`, 'dev', up],
    ['ip', 'link', 'set', up, 'up'],
    ['ip', 'route', 'add', 'default', 'via', `10.78.${number}.1`],
    ['sysctl', '-q', '-w', 'net.ipv4.ip_forward=1'],
  ]);
  const back = ['ip', 'route', 'add', `10.77.${number}.0/24`, 'via', `10.78.${number}.2`];
  await output(site.command(back));
  return {
    router,
    slowTo: (rate: number | null) => slow(site, line, rate),
    async bytesOverLine() {
      const text = await output(router.command(['ip', '-s', '-j', 'link', 'show', 'dev', up]));
      const [found] = JSON.parse(text) as { stats64: { rx: { bytes: number } } }[];
      return found?.stats64.rx.bytes ?? Number.NaN;
    },
  };
}

async function connect(site: Namespace, machine: Namespace, number: number): Promise<Cable> {
  const port = `port${number}`;
  await runAll(site, [
    ['ip', 'link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(machine.pid)],
    ['ip', 'link', 'set', port, 'master', bridge, 'up'],
  ]);
  await runAll(machine, [
    addAddress(machine, 'eth0'),
    ['ip', 'link', 'set', 'eth0', 'up'],
    ['ip', 'route', 'add', 'default', 'via', site.address],
  ]);
  return {
    ...machine,
    interface: 'eth0',
    gateway: site.address,
    ...cutter(site, port),
    slowTo: (rate) => slow(site, port, rate),
  };
}

/** tc-tbf(8) at the end that sends. */
async function slow(site: Namespace, port: string, megabitsPerSecond: number | null): Promise<void> {
  if (megabitsPerSecond === null) {
    await output(site.command(['tc', 'qdisc', 'del', 'dev', port, 'root']));
    return;
  }
  const bucket = ['tbf', 'rate', `${megabitsPerSecond}mbit`, 'burst', '256kb', 'latency', '50ms'];
  await output(site.command(['tc', 'qdisc', 'replace', 'dev', port, 'root', ...bucket]));
}

function cutter(site: Namespace, port: string) {
  return {
    async cut(how: 'pulled' | 'silent' = 'pulled') {
      const argv =
        how === 'pulled' ? ['ip', 'link', 'set', port, 'down'] : ['ip', 'link', 'set', port, 'nomaster'];
      await output(site.command(argv));
    },
    async restore() {
      await output(site.command(['ip', 'link', 'set', port, 'master', bridge, 'up']));
    },
  };
}

function whyNoNetworks(): string | false {
  if (process.platform !== 'linux') return 'NETWORK NAMESPACES need Linux';
  if (process.getuid?.() !== 0) return 'NETWORK NAMESPACES need root';
  const missing = ['/bin/ip', '/usr/bin/nsenter', '/usr/bin/unshare', '/usr/bin/setpriv'].filter(
    (path) => !existsSync(path),
  );
  if (missing.length > 0)
    return `${missing.join(', ')} MISSING: run node scripts/install-test-tools.mjs as root`;
  const probe = spawnSync('unshare', ['--net', '--mount', '--pid', '--fork', 'true'], { timeout: 10_000 });
  return probe.status === 0 ? false : 'NETWORK NAMESPACES are not allowed here';
}
