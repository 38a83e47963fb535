/** Whether this machine can spoil what a test has for itself: networks with firewalls, slow lines, switches; disks. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const arriving = 'type filter hook ingress device lo priority 0; numgen random mod 2 < 1 drop;';

/** Why nothing can be dropped with nftables here; false when it can. For `{ skip: noNftables }`. */
export const noNftables: string | false = whyNot('NFTABLES', {
  programs: ['/usr/sbin/nft'],
  space: '--net',
  script: `ip link set lo up && nft 'table netdev a { chain b { ${arriving} }; }'`,
});

/** Why no line can be slowed and no switch can snoop here; false when they can. For `{ skip: noTrafficControl }`. */
export const noTrafficControl: string | false = whyNot('TC AND BRIDGE', {
  programs: ['/sbin/tc', '/sbin/bridge'],
  space: '--net',
  script: `ip link add br0 type bridge && bridge mdb show
tc qdisc add dev lo root tbf rate 8mbit burst 256kb latency 50ms`,
});

/** Why there can be no disk of a machine's own here; false when there can. For `{ skip: noOwnDisk }`. */
export const noOwnDisk: string | false = whyNot('LOOP MOUNTS', {
  programs: ['/sbin/mkfs.ext4', '/sbin/fsfreeze', '/bin/mount', '/dev/loop-control'],
  space: '--mount',
  script: `image=$(mktemp); trap 'rm -f "$image"' EXIT; truncate -s 2M "$image"
mkfs.ext4 -q "$image"; mount -o loop "$image" /mnt; umount /mnt`,
});

interface Trial {
  /** Paths without which it need not be tried. */
  readonly programs: readonly string[];
  /** Tried in a namespace of its own, so that nobody else sees it. */
  readonly space: '--net' | '--mount';
  readonly script: string;
}

function whyNot(what: string, { programs, space, script }: Trial): string | false {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return `${what} need root on Linux`;
  const missing = programs.filter((path) => !existsSync(path));
  if (missing.length > 0)
    return `${missing.join(', ')} MISSING: run node scripts/install-test-tools.mjs as root`;
  const { status, stderr } = spawnSync('unshare', [space, 'sh', '-e', '-c', script], {
    timeout: 20_000,
    encoding: 'utf8',
  });
  return status === 0 ? false : `${what} are not possible here: ${(stderr ?? '').trim().slice(0, 200)}`;
}
