/** How many test files a machine runs at a time, and the order of those with real hosts. */

/** What a virtual machine, a Windows and a browser take together with their site. */
const hostBytes = 3 * 1024 ** 3;
const mostHosts = 2;

export interface Lanes {
  readonly hosts: number;
  readonly light: number;
}

/**
 * Two files with hosts where the memory holds them: they wait for most of their time (docs/decisions/0117), so that even
 * with two cores light files run beside both.
 */
export function lanesFor(cores: number, memoryBytes: number): Lanes {
  const hosts = Math.max(1, Math.min(mostHosts, cores, Math.floor(memoryBytes / hostBytes)));
  return { hosts, light: Math.min(3, Math.max(1, cores - 1)) };
}

/**
 * Seconds that the longest files with hosts took on two busy cores: these begin first, so that none of them is still at work when everything
 * else has ended. It decides nothing but the order, so right enough is good enough.
 */
export const hostSeconds: Readonly<Record<string, number>> = {
  'packages/testkit/src/paths/install/rpm-upgrade.host.test.ts': 460,
  'packages/testkit/src/paths/install/agent-upgrade.host.test.ts': 186,
  'packages/testkit/src/paths/failures.host.test.ts': 176,
  'packages/testkit/src/paths/power/power-cut.host.test.ts': 170,
  'packages/cli/src/commands/firewall/firewall-managers.host.test.ts': 150,
  'packages/testkit/src/paths/console/console-list.host.test.ts': 148,
  'packages/testkit/src/paths/windows/msi.host.test.ts': 131,
  'packages/testkit/src/paths/multicast/multicast-deployment.host.test.ts': 125,
  'packages/testkit/src/paths/firewall/server-firewall.host.test.ts': 120,
  'packages/testkit/src/paths/install/agent-rollback.host.test.ts': 110,
  'packages/cli/src/commands/firewall/firewall.host.test.ts': 103,
  'packages/testkit/src/paths/windows/wine-server.host.test.ts': 100,
  'packages/testkit/src/paths/install/agent-patch.host.test.ts': 97,
  'packages/testkit/src/paths/windows/msi-folder.host.test.ts': 76,
};

/** Those with an emulated machine, which takes both cores: two of them would each take more than twice as long. */
export const withEmulatedMachines: ReadonlySet<string> = new Set([
  'packages/testkit/src/paths/power/power-cut.host.test.ts',
  'packages/testkit/src/rig/qemu-machine.host.test.ts',
]);

/**
 * Those that join a namespace to this machine's own network by a cable: they see one that nobody else sees. A browser in
 * another test gives up its requests when a card appears beside it.
 */
export const withCables: ReadonlySet<string> = new Set([
  'packages/agent/src/firewall/watch.host.test.ts',
  'packages/agent/src/service/firewall.test.ts',
  'packages/testkit/src/paths/doctor.host.test.ts',
]);

/** Longest first, then those that the table does not know. */
export function longestFirst(files: readonly string[]): readonly string[] {
  return files.toSorted((a, b) => secondsOf(b) - secondsOf(a) || a.localeCompare(b));
}

const secondsOf = (file: string) => hostSeconds[file] ?? 0;
