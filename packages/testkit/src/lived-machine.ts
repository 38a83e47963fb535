import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { dataFolder, makeDataFolder } from '@tenkai/agent/data-folder.ts';
import { openGuarded, writeEnrollment } from '@tenkai/agent/identity.ts';
import { linuxSystem } from '@tenkai/agent/master/linux-system.ts';
import type { Scene } from '@tenkai/agent/master/scene.ts';
import { openLinux } from '@tenkai/agent/platform/linux/index.ts';
import { writeSettings } from '@tenkai/agent/settings.ts';

/** Fingerprint of the root key that it has pinned. */
export const livedRoot = 'ab'.repeat(32);
export const livedMachineId = '0123456789abcdef0123456789abcdef';

/** The file system of a machine that is assigned and has lived. */
const lived: Record<string, string> = {
  'etc/machine-id': `${livedMachineId}\n`,
  'var/lib/dbus/machine-id': `${livedMachineId}\n`,
  'etc/ssh/ssh_host_ed25519_key': 'private',
  'etc/ssh/ssh_host_ed25519_key.pub': 'public',
  'etc/ssh/sshd_config': 'Port 22\n',
  'var/lib/dhcp/dhclient.eth0.leases': 'lease {}',
  'var/lib/NetworkManager/secret_key': 'nm',
  'var/lib/NetworkManager/internal-abc.lease': 'lease',
  'var/lib/NetworkManager/NetworkManager.state': '[main]',
  'var/lib/systemd/network/2': 'lease',
  'var/lib/cloud/instances/i-1/obj.pkl': 'x',
  'var/lib/cloud/seed/nocloud/meta-data': 'instance-id: i-1',
  'var/lib/systemd/random-seed': 'seed',
  'var/log/syslog': 'Jan 1 pc-1 started',
  'var/log/syslog.1': 'older',
  'var/log/dpkg.log': '',
  [`var/log/journal/${livedMachineId}/system.journal`]: 'journal',
  'usr/sbin/sshd': '',
  'usr/bin/ssh-keygen': '',
  'usr/lib/systemd/system/tenkai-agent.service':
    '[Unit]\nAfter=network-online.target nftables.service\n[Install]\nWantedBy=multi-user.target\n',
};

/** Files below a folder, by path. */
export function writeFiles(root: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

/** A folder that stands for the machine; removed after the test. */
export function livedMachine(t: TestContext, { isAssigned = true } = {}): Scene & { root: string } {
  const root = mkdtempSync(join(tmpdir(), 'tenkai-master-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  writeFiles(root, lived);
  const wants = join(root, 'etc/systemd/system/multi-user.target.wants');
  mkdirSync(wants, { recursive: true });
  symlinkSync('/usr/lib/systemd/system/tenkai-agent.service', join(wants, 'tenkai-agent.service'));
  const data = dataFolder(join(root, 'var/lib/tenkai-agent'));
  makeDataFolder(data);
  const settings = { name: 'pc-1', contentCacheBytes: 7 };
  const site = { server: 'https://site.example', rootFingerprint: livedRoot };
  writeSettings(data, isAssigned ? { ...settings, ...site } : settings);
  if (isAssigned) {
    openGuarded(data, null);
    const place = { ...site, siteCode: 'TK1', siteName: 'Tokyo', rootCertificate: 'pem' };
    writeEnrollment(data, { ...place, machineId: 'm', hardwareFingerprint: 'f', enrolledAt: 1 });
    writeFiles(data.root, {
      'orders/1.json': 'x',
      'outbox/new/1': 'x',
      'log/agent.log': 'm\n',
      'inventory.json': '{}',
    });
  }
  writeFiles(data.root, { 'firewall-open': 'opened' });
  const platform = openLinux({ root, powerCommand: null, bootIdFile: null, env: {} });
  const system = linuxSystem({ data, platform, isLive: false });
  return { data, platform, system, isImage: true, root };
}
