/** What makes a Linux machine itself, beside the agent: the table of virt-sysprep(1) and of systemd's guide to images. */
import { truncateSync } from 'node:fs';
import type { SystemIdentity } from '@tenkai/domain/master/index.ts';
import { readIfThere } from '../durable-file.ts';
import type { Paths } from '../platform/platform.ts';
import { kindOf, placesOf, remove } from './places.ts';

interface Found {
  readonly what: SystemIdentity;
  /** As the machine sees it. */
  readonly where: string;
}

/** Everything that matches goes; each program makes its own anew. */
const removed: readonly [SystemIdentity, readonly string[]][] = [
  [
    'ssh-host-key',
    ['/etc/ssh/ssh_host_*_key', '/etc/ssh/ssh_host_*_key.pub', '/etc/ssh/ssh_host_*-cert.pub'],
  ],
  [
    'dhcp-client',
    [
      // dhclient: leases6 holds the DUID.
      '/var/lib/dhcp/*.lease*',
      '/var/lib/dhclient/*',
      // NetworkManager: identifiers come from the key, RFC 7217 addresses too.
      '/var/lib/NetworkManager/*.lease',
      '/var/lib/NetworkManager/secret_key',
      '/var/lib/NetworkManager/timestamps',
      // systemd-networkd takes its DUID from the machine id; newer ones keep leases.
      '/var/lib/systemd/network/*',
      '/var/lib/dhcpcd/*',
      '/etc/dhcpcd.duid',
      '/etc/dhcpcd.secret',
      '/var/lib/wicked/*.xml',
      // Names of cards by their address.
      '/etc/udev/rules.d/70-persistent-net.rules',
    ],
  ],
  // What cloud-init made of the instance, its seed too; it writes its network file anew.
  [
    'cloud-init',
    ['/var/lib/cloud/*', '/etc/netplan/50-cloud-init.yaml', '/etc/network/interfaces.d/50-cloud-init*'],
  ],
  [
    'random-seed',
    [
      '/var/lib/systemd/random-seed',
      '/var/lib/systemd/credential.secret',
      '/var/lib/urandom/random-seed',
      '/var/lib/random-seed',
      '/boot/loader/random-seed',
      '/boot/efi/loader/random-seed',
      '/efi/loader/random-seed',
    ],
  ],
];

const machineIdFile = '/etc/machine-id';
const dbusFile = '/var/lib/dbus/machine-id';

/** Identities that a clone would have, too. */
export function findIdentities(paths: Paths): Found[] {
  const files = removed.flatMap(([what, patterns]) =>
    patterns.flatMap((pattern) => placesOf(paths, pattern)).map((where) => ({ what, where })),
  );
  return [...machineIds(paths).map((where) => ({ what: 'machine-id' as const, where })), ...files];
}

/** A link of D-Bus to the first one is as it should be. */
function machineIds(paths: Paths): string[] {
  const id = readIfThere(paths.real(machineIdFile))?.trim() ?? '';
  const own = id === '' || id === 'uninitialized' ? [] : [machineIdFile];
  return kindOf(paths.real(dbusFile)) === 'file' ? [...own, dbusFile] : own;
}

/**
 * Takes them away. The file of the machine id stays, empty: systemd fills it before anything else starts, even where
 * /etc is read-only at first (machine-id(5)).
 * @returns the places
 */
export function removeIdentities(paths: Paths): string[] {
  const found = findIdentities(paths);
  for (const { where } of found) {
    if (where === machineIdFile) truncateSync(paths.real(where));
    else remove(paths.real(where));
  }
  return found.map(({ where }) => where);
}
