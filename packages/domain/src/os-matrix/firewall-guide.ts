import type { SystemRow } from './system-row.ts';

/** By which instruction the firewall of a managed machine is opened by hand; `none`: the system brings no firewall. */
export type FirewallGuide = 'windows-xp' | 'windows-vista' | 'windows' | 'linux' | 'none';

/** The chapter that holds for the systems of its line; all other Windows have the newest one's. */
const older: readonly [RegExp, FirewallGuide][] = [
  [/^windows-(xp|server-2003)(-r2)?$/, 'windows-xp'],
  [/^windows-(vista|server-2008)$/, 'windows-vista'],
];

/**
 * The instruction for a system of the matrix: of the old product section 2.1.2 for Windows XP and Server 2003, 5.1 for
 * Vista and Server 2008, 7.2 for 2008 R2, 7 and later. Source: BFWL-06.
 */
export function firewallGuide({
  id,
  family,
  firewall,
}: Pick<SystemRow, 'id' | 'family' | 'firewall'>): FirewallGuide {
  if (family === 'linux') return 'linux';
  const [, guide] = older.find(([pattern]) => pattern.test(id)) ?? [];
  return guide ?? (firewall === 'none' ? 'none' : 'windows');
}
