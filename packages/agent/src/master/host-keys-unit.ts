import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { writeDurably } from '../durable-file.ts';
import type { Paths } from '../platform/platform.ts';
import { placesOf } from './places.ts';

const unit = '/etc/systemd/system/tenkai-ssh-host-keys.service';
const link = '/etc/systemd/system/multi-user.target.wants/tenkai-ssh-host-keys.service';

/** Some systems make missing keys by units of their own; Debian and Ubuntu only when the package is installed. */
const ownWays = [
  '/usr/lib/systemd/system/sshd-keygen*',
  '/usr/lib/systemd/system/sshdgenkeys.service',
  '/lib/systemd/system/sshd-keygen*',
];

const text = `# Made by tenkai-agent master prepare: a machine from an image makes host keys of its own.
[Unit]
Description=SSH host keys of a machine from an image
ConditionPathExistsGlob=!/etc/ssh/ssh_host_*_key
Before=ssh.service sshd.service ssh.socket

[Service]
Type=oneshot
ExecStart=/usr/bin/ssh-keygen -A

[Install]
WantedBy=multi-user.target
`;

/** Without keys an SSH server does not start; makes sure that a clone gets its own. @returns what was made */
export function ensureHostKeysAtStart(paths: Paths): string[] {
  const hasServer = ['/usr/sbin/sshd', '/usr/bin/ssh-keygen'].every((path) => existsSync(paths.real(path)));
  if (!hasServer || ownWays.some((pattern) => placesOf(paths, pattern).length > 0)) return [];
  writeDurably(paths.real(unit), text, 0o644);
  mkdirSync(dirname(paths.real(link)), { recursive: true });
  if (placesOf(paths, link).length === 0) symlinkSync(unit, paths.real(link));
  return [unit];
}
