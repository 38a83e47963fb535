import type { OperatingSystemEntry } from '../software/operating-system-list.ts';
import type { Capability, FirewallDefault, SystemNote } from './system-row.ts';

/** A note as the tables below write it: sentence, what it is about, and at which service packs. */
function note(code: string, about: Capability, levels?: readonly number[]): SystemNote {
  return {
    reason: { code: `system-note-${code}`, params: {} },
    about,
    ...(levels ? { levels: [...levels] } : {}),
  };
}

/** BOSM-04, BOSM-05: every Windows, with a chapter of its own or without. */
const everyWindows: readonly SystemNote[] = [
  note('firewall-later', 'agent'),
  note('boot-window', 'agent'),
  note('live-session', 'package-deployment'),
];

/** BOSM-10, 13..15: from Windows Vista and Server 2008 on (BIMG-06, BIMG-09). */
const imaging: readonly SystemNote[] = [
  note('winre-dynamic-disk', 'image-backup'),
  note('bitlocker', 'image-backup'),
  note('bitlocker', 'image-restore'),
];

/** Windows systems to which `imaging` does not apply. */
const beforeVista: readonly string[] = [
  'windows-2000',
  'windows-xp',
  'windows-server-2003',
  'windows-server-2003-r2',
];

const chain = note('level-chain', 'package-deployment', [0]);

const own: Readonly<Record<string, readonly SystemNote[]>> = {
  // BOSM-06, BOSM-07: SP3 closes nothing, but needs SP1 or SP2.
  'windows-xp': [note('closes-ports', 'agent', [2]), note('trusted-site', 'server', [2]), chain],
  // BOSM-08.
  'windows-server-2003': [
    note('pssu', 'agent', [1, 2]),
    note('trusted-site', 'server', [1, 2]),
    note('nfs-ports', 'server', [2]),
    note('dhcp-port', 'server', [1, 2]),
  ],
  // BOSM-09.
  'windows-server-2003-r2': [
    note('pssu', 'agent'),
    note('r2-shown', 'agent'),
    note('sysprep-dialog', 'image-backup'),
  ],
  // BOSM-11, BOSM-12, BOSM-18.
  'windows-server-2008': [note('server-core', 'agent'), note('csdversion', 'package-deployment'), chain],
  'windows-vista': [note('csdversion', 'package-deployment'), chain],
  // BOSM-13..16.
  'windows-server-2008-r2': [note('old-server-host', 'server')],
  'windows-7': [note('managed-only', 'server')],
  'windows-8': [note('old-product-version', 'agent')],
  'windows-server-2012': [note('old-product-version', 'agent'), note('old-server-host', 'server')],
};

/** The notes of a row; those for service packs that the row does not know are left out. Source: BOSM-04..18. */
export function notesOf({ id, family, servicePacks }: OperatingSystemEntry): SystemNote[] {
  if (family !== 'windows') return [];
  const all = [...everyWindows, ...(own[id] ?? []), ...(beforeVista.includes(id) ? [] : imaging)];
  return all.filter(({ levels }) => !levels || levels.some((level) => servicePacks.includes(level)));
}

const firewalls: Readonly<Record<string, FirewallDefault>> = {
  'windows-2000': 'none',
  'windows-server-2003': 'off',
  'windows-server-2003-r2': 'off',
  debian: 'none',
  ubuntu: 'off',
};

/** How the system's firewall stands after its own installation; RHEL, SUSE and newer Windows have theirs on. */
export function firewallOf({ id }: OperatingSystemEntry): FirewallDefault {
  return firewalls[id] ?? 'on';
}
