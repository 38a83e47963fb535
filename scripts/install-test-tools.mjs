// Installs the programs that the tests start (PostgreSQL, nginx, QEMU, Chromium ...) on a Debian machine where we are
// root. It never fails a run: what is not here afterwards is named, and the tests that need it skip with a loud line.
// Plain JavaScript for Node 20: it can run before anything is installed. `--list` shows the table and changes nothing.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const aptAttempts = 3;
const aptTimeoutMs = 15 * 60_000;
const policyFile = '/usr/sbin/policy-rc.d';
const hostsFile = '/etc/hosts';

/**
 * What is needed by which tests. `provides`: paths that must all exist, `*` standing for one folder name.
 * @type {{ group: string, usedBy: string, packages: string[], provides: string[] }[]}
 */
export const testTools = [
  {
    group: 'postgresql',
    usedBy: 'every store, on its second database engine',
    packages: ['postgresql'],
    provides: ['/usr/lib/postgresql/*/bin/postgres'],
  },
  {
    group: 'nginx',
    usedBy: 'a distribution point that is a plain web server; the content benchmark',
    packages: ['nginx', 'curl'],
    provides: ['/usr/sbin/nginx', '/usr/bin/curl'],
  },
  {
    group: 'debian-hosts',
    usedBy: 'managed Debian hosts in network namespaces; lines, switches and disks that fail',
    packages: [
      'debootstrap',
      'iproute2',
      'nftables',
      'iputils-ping',
      'procps',
      'util-linux',
      'mount',
      'dpkg-dev',
      'e2fsprogs',
    ],
    provides: [
      '/usr/sbin/debootstrap',
      '/bin/ip',
      '/sbin/tc',
      '/sbin/bridge',
      '/usr/sbin/nft',
      '/bin/ping',
      '/bin/ps',
      '/usr/bin/nsenter',
      '/bin/mount',
      '/sbin/fsfreeze',
      '/sbin/mkfs.ext4',
      '/usr/bin/dpkg-deb',
      '/usr/bin/dpkg-scanpackages',
    ],
  },
  {
    group: 'firewalls',
    usedBy: 'the port opening tool on real firewalls',
    packages: ['firewalld', 'ufw', 'dbus'],
    provides: ['/usr/sbin/firewalld', '/usr/sbin/ufw', '/usr/bin/dbus-daemon'],
  },
  {
    group: 'name-server',
    usedBy: 'agents that find their site by DNS',
    packages: ['dnsmasq-base'],
    provides: ['/usr/sbin/dnsmasq'],
  },
  {
    group: 'directory',
    usedBy: 'agents that find their site in an LDAP directory',
    packages: ['slapd'],
    provides: ['/usr/sbin/slapd'],
  },
  {
    group: 'qemu',
    usedBy: 'machines with systemd, whose power can be cut',
    packages: ['qemu-system-x86', 'qemu-utils', 'e2fsprogs'],
    provides: ['/usr/bin/qemu-system-x86_64', '/usr/bin/qemu-img', '/sbin/mke2fs'],
  },
  {
    group: 'archives',
    usedBy: 'real archives that are unpacked; rpms that are built and installed, and their versions compared',
    packages: ['zip', 'zstd', 'rpm', 'binutils'],
    provides: ['/usr/bin/zip', '/usr/bin/zstd', '/usr/bin/rpm', '/usr/bin/rpmbuild', '/usr/bin/objdump'],
  },
  {
    group: 'arm64',
    usedBy: 'the agent for arm64, run by an emulator',
    packages: ['qemu-user-static', 'libc6-arm64-cross', 'libstdc++6-arm64-cross'],
    provides: [
      '/usr/bin/qemu-aarch64-static',
      '/usr/aarch64-linux-gnu/lib/libc.so.6',
      '/usr/aarch64-linux-gnu/lib/libstdc++.so.6',
    ],
  },
  {
    group: 'ssh',
    usedBy: 'agents that are installed over SSH',
    packages: ['openssh-server', 'openssh-client', 'openssl'],
    provides: ['/usr/sbin/sshd', '/usr/bin/ssh', '/usr/bin/ssh-keyscan', '/usr/bin/openssl'],
  },
  {
    group: 'wrong-clock',
    usedBy: 'an agent whose clock is years off',
    packages: ['libfaketime'],
    provides: ['/usr/lib/*/faketime/libfaketime.so.1'],
  },
  {
    group: 'clamav',
    usedBy: 'definitions of ClamAV that a reference machine brings, without a network',
    packages: ['clamav'],
    provides: ['/usr/bin/clamscan', '/usr/bin/sigtool'],
  },
  {
    group: 'msi',
    usedBy: 'MSI files that are made and taken apart; the package of the agent for Windows',
    packages: ['msitools', 'wixl', 'gcc-mingw-w64-x86-64-win32'],
    provides: [
      '/usr/bin/msiextract',
      '/usr/bin/msiinfo',
      '/usr/bin/msibuild',
      '/usr/bin/wixl',
      '/usr/bin/x86_64-w64-mingw32-gcc',
    ],
  },
  {
    group: 'browser',
    usedBy: 'the console in a real browser, in English and Japanese',
    packages: ['chromium', 'fonts-dejavu-core', 'fonts-ipafont-gothic', 'libnss3-tools'],
    provides: [
      '/usr/bin/chromium',
      '/usr/bin/certutil',
      '/usr/share/fonts/opentype/ipafont-gothic',
      '/usr/share/fonts/truetype/dejavu',
    ],
  },
  {
    group: 'firefox',
    usedBy: 'the console in a second browser, of another maker',
    packages: ['firefox-esr', 'libnss3-tools'],
    provides: ['/usr/bin/firefox-esr', '/usr/bin/certutil'],
  },
];

/**
 * Peers that benchmarks measure beside Tenkai; no test needs them, so they are installed with `--bench` only.
 * @type {{ group: string, usedBy: string, packages: string[], provides: string[] }[]}
 */
export const benchTools = [
  {
    group: 'multicast-peers',
    usedBy: 'the multicast benchmark, which measures them in the same run',
    packages: ['udpcast', 'uftp', 'iproute2', 'nftables'],
    provides: [
      '/usr/bin/udp-sender',
      '/usr/bin/udp-receiver',
      '/usr/bin/uftp',
      '/usr/bin/uftpd',
      '/usr/sbin/nft',
    ],
  },
];

/** The groups of which something is not on this machine. */
export function missingTools(tools = testTools) {
  return tools.filter((tool) => !tool.provides.every(isPresent));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();

function main() {
  if (process.argv.includes('--list')) return list();
  nameThisMachine();
  const tools = process.argv.includes('--bench') ? [...testTools, ...benchTools] : testTools;
  const missing = missingTools(tools);
  if (missing.length === 0) return;
  const packages = [...new Set(missing.flatMap((tool) => tool.packages))];
  const refusal = whyNotHere();
  if (refusal === undefined) install(packages);
  for (const tool of missingTools(tools)) {
    console.warn(`MISSING: ${tool.group} (${tool.usedBy}). ${refusal ?? 'apt-get could not install it.'}`);
    console.warn(`  The way out: apt-get install --no-install-recommends ${tool.packages.join(' ')}`);
  }
}

function list() {
  const all = [...testTools, ...benchTools];
  const missing = new Set(missingTools(all));
  for (const tool of all) {
    console.log(
      `${missing.has(tool) ? 'missing' : 'here   '}  ${tool.group}: ${tool.packages.join(' ')} (${tool.usedBy})`,
    );
  }
}

// A machine as debootstrap leaves it has no table of hosts; without it not even localhost has an address.
function nameThisMachine() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || existsSync(hostsFile)) return;
  console.log(`There is no ${hostsFile} here: one is written that names localhost.`);
  writeFileSync(hostsFile, '127.0.0.1 localhost\n::1 localhost\n');
}

function isPresent(path) {
  const [before, after] = path.split('/*/');
  if (after === undefined) return existsSync(path);
  return existsSync(before) && readdirSync(before).some((name) => existsSync(`${before}/${name}/${after}`));
}

function whyNotHere() {
  if (!existsSync('/usr/bin/apt-get')) return 'There is no apt-get on this machine.';
  if (process.getuid?.() !== 0) return 'Only root can install it.';
  return undefined;
}

function install(packages) {
  const startedAt = Date.now();
  console.log(`Installing test tools: ${packages.join(' ')}`);
  // Debian starts what it installs; the tests start their own.
  const ownsPolicy = !existsSync(policyFile);
  if (ownsPolicy) writeFileSync(policyFile, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    if (aptGet(['update'])) installAll(packages);
  } finally {
    if (ownsPolicy) rmSync(policyFile, { force: true });
  }
  console.log(`Test tools: done in ${Math.round((Date.now() - startedAt) / 1000)} s.`);
}

// One package that the distribution does not have must not take the others with it.
function installAll(packages) {
  if (aptGet(['install', ...packages])) return;
  for (const name of packages) aptGet(['install', name]);
}

function aptGet(args) {
  const options = [
    '-y',
    '-q',
    '--no-install-recommends',
    '-o',
    `Acquire::Retries=${aptAttempts}`,
    '-o',
    'DPkg::Lock::Timeout=300',
  ];
  const result = spawnSync('apt-get', [...options, ...args], {
    encoding: 'utf8',
    timeout: aptTimeoutMs,
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
  });
  if (result.status === 0) return true;
  console.warn(`apt-get ${args.join(' ')} failed (${result.error?.message ?? `status ${result.status}`}):`);
  console.warn((result.stderr || result.stdout || '').trim().split('\n').slice(-15).join('\n'));
  return false;
}
