/** An sshd on a test's host, as its administrator would have it. */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { output } from '../../rig/command.ts';
import type { DebianHost } from '../../rig/debian-host.ts';
import type { HostService } from '../../rig/host-command.ts';
import { copyPrograms } from '../../rig/host-programs.ts';
import { until } from '../../rig/until.ts';

const tools = ['/usr/sbin/sshd', '/usr/bin/ssh', '/usr/bin/ssh-keyscan', '/usr/bin/openssl'];
/** Why there can be none here; false when there can. */
export const noHostSshd: string | false =
  tools.some((tool) => !existsSync(tool)) &&
  'sshd or ssh is MISSING: run node scripts/install-test-tools.mjs as root';

const slowMs = 300_000;

/** A user without rights, who signs in by password; root signs in by the keys in /root/.ssh/authorized_keys. */
export const plainUser = 'plain';

/** @param hostKeyFile private half */
export async function startHostSshd(
  host: DebianHost,
  { hostKeyFile, password }: { readonly hostKeyFile: string; readonly password: string },
): Promise<HostService> {
  await copyPrograms(host, ['/usr/sbin/sshd']);
  const hash = (await output(['openssl', 'passwd', '-6', '-stdin'], { input: password })).trim();
  await host.ask(
    `useradd --system --no-create-home --shell /usr/sbin/nologin sshd; useradd -m -s /bin/sh ${plainUser}`,
  );
  await host.ask(['usermod', '-p', hash, plainUser]);
  const lines = [
    'HostKey /etc/ssh/host_key',
    'UsePAM no',
    'PermitRootLogin yes',
    'PidFile none',
    'StrictModes no',
  ];
  await host.writeFile('/etc/ssh/sshd_config', `${lines.join('\n')}\n`);
  await host.writeFile('/etc/ssh/host_key', await readFile(hostKeyFile), 0o600);
  const sshd = host.service(['sh', '-c', 'mkdir -p /run/sshd && exec /usr/sbin/sshd -D -e']);
  await until('sshd listens', () => sshd.log().includes('Server listening'), slowMs);
  return sshd;
}

const sudoRules = {
  nobody: '',
  password: `${plainUser} ALL=(ALL) ALL\n`,
  'no-password': `${plainUser} ALL=(ALL) NOPASSWD: ALL\n`,
};

/** What sudo wants of the plain user. */
export const sudoAs = (host: DebianHost, who: keyof typeof sudoRules) =>
  host.writeFile(`/etc/sudoers.d/${plainUser}`, sudoRules[who], 0o440);

/** Debian's own sudo, by which the plain user becomes root after a password. */
export async function installSudo(host: DebianHost): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tenkai-sudo-'));
  try {
    await output(['apt-get', 'download', '-o', 'APT::Sandbox::User=root', 'sudo'], { cwd: folder });
    const [name = ''] = await readdir(folder);
    await host.copyIn(join(folder, name), '/root/sudo.deb');
    await host.ask(['dpkg', '--install', '/root/sudo.deb'], { timeoutMs: slowMs });
    await sudoAs(host, 'password');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
