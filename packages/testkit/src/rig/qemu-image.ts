/** The disk of which every virtual machine of the tests is a copy: Debian with systemd, made once for each checkout. */
import { existsSync, globSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { cachedFolder } from './cached-folder.ts';
import { output } from './command.ts';
import { noDebianBase, recipeKey } from './debian-base.ts';
import { fillTree, prepareSystemdBase } from './systemd-base.ts';

const script = join(import.meta.dirname, 'host-scripts/fill-image.sh');
const makeLimitMs = 15 * 60_000;
const diskSize = '3G';
/** Files of 4 KiB upwards: the tables stay small, and so does the image. */
const inodes = '120000';
const architectures = { x64: 'amd64' } as const;

/** Why no virtual machine can be started here; false when it can. */
export const noQemu: string | false = whyNot();

function whyNot(): string | false {
  if (noDebianBase) return noDebianBase;
  if (!(process.arch in architectures)) return `there is NO VIRTUAL MACHINE for ${process.arch} yet`;
  const wanted = ['/usr/bin/qemu-system-x86_64', '/usr/bin/qemu-img', '/sbin/mke2fs', '/dev/net/tun'];
  const missing = wanted.filter((path) => !existsSync(path));
  return (
    missing.length > 0 && `${missing.join(', ')} MISSING: run node scripts/install-test-tools.mjs as root`
  );
}

export interface QemuImage {
  /** Raw disk; nobody writes to it. */
  readonly disk: string;
  readonly kernel: string;
  readonly initrd: string;
}

/** Two minutes the first time. @throws Error with the words of the program that failed */
export async function prepareQemuImage(): Promise<QemuImage> {
  const base = await prepareSystemdBase();
  const key = recipeKey([
    '2',
    basename(base),
    await readFile(script, 'utf8'),
    diskSize,
    inodes,
    ...Object.values(settings),
  ]);
  const folder = await cachedFolder({
    name: 'qemu-image',
    key,
    limitMs: makeLimitMs,
    make: (path) => build(base, path),
  });
  return {
    disk: join(folder, 'disk.raw'),
    kernel: join(folder, 'vmlinuz'),
    initrd: join(folder, 'initrd.img'),
  };
}

/** The rig gives each machine its address on the kernel's command line. */
const settings = {
  'etc/systemd/system/rig-network.service': `[Unit]
Description=Address given by the test rig
DefaultDependencies=no
After=systemd-udev-settle.service sys-subsystem-net-devices-eth0.device
Wants=sys-subsystem-net-devices-eth0.device network.target
Before=network.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/sbin/rig-network
[Install]
WantedBy=multi-user.target
`,
  'usr/local/sbin/rig-network': `#!/bin/sh
set -e
for word in $(cat /proc/cmdline); do
  case "$word" in
    rig.address=*) address=\${word#*=} ;;
    rig.gateway=*) gateway=\${word#*=} ;;
  esac
done
ip address add "$address/24" brd + dev eth0
ip link set eth0 up
ip route add default via "$gateway"
`,
};

async function build(base: string, folder: string): Promise<void> {
  process.stderr.write('Making the disk of the test machines ...\n');
  const tree = join(folder, 'tree');
  await output(['cp', '-a', base, tree]);
  for (const [path, text] of Object.entries(settings)) {
    await mkdir(dirname(join(tree, path)), { recursive: true });
    await writeFile(join(tree, path), text, { mode: path.includes('sbin') ? 0o755 : 0o644 });
  }
  const kernelPackage = `linux-image-cloud-${architectures[process.arch as keyof typeof architectures]}`;
  await fillTree(tree, 'fill-image.sh', kernelPackage);
  await copyFile(one(tree, 'boot/vmlinuz-*'), join(folder, 'vmlinuz'));
  await copyFile(one(tree, 'boot/initrd.img-*'), join(folder, 'initrd.img'));
  const options = ['-q', '-t', 'ext4', '-N', inodes, '-E', 'lazy_itable_init=0,lazy_journal_init=0'];
  await output(['mke2fs', ...options, '-d', tree, join(folder, 'disk.raw'), diskSize], {
    timeoutMs: makeLimitMs,
  });
  await rm(tree, { recursive: true, force: true });
}

function one(tree: string, pattern: string): string {
  const found = globSync(pattern, { cwd: tree })[0];
  if (!found) throw new Error(`${pattern} is not in the disk's tree`);
  return join(tree, found);
}
