import type { OperatingSystem } from '../machine/inventory.ts';
import type { Reason } from '../scenario/frozen-step.ts';
import { isSystemOf } from '../software/operating-system-list.ts';
import type { SystemMatch, SystemRow } from './system-row.ts';
import { systemRows } from './system-rows.ts';
import { windowsSystem } from './windows-system.ts';

/** The parts of an inventory by which a row is found. */
export type KnownSystem = Pick<OperatingSystem, 'family' | 'id' | 'name' | 'version' | 'architecture'> &
  Partial<Pick<OperatingSystem, 'edition' | 'servicePack'>>;

/**
 * Finds a machine's row: by the id and version that its inventory gives (os-release's ID and VERSION_ID on Linux),
 * for a Windows with no listed id by its name and build. Source: BOSM-01, BOSM-18.
 */
export function matchSystem(system: KnownSystem, rows: readonly SystemRow[] = systemRows): SystemMatch {
  const row = rowOf(system, rows);
  if (!row) {
    const params = { system: system.name || system.id, architecture: system.architecture };
    return { row: null, notes: [], warnings: [{ code: 'system-unlisted', params }] };
  }
  const level = system.servicePack?.major ?? 0;
  return {
    row,
    notes: row.notes.filter(({ levels }) => !levels || levels.includes(level)),
    warnings: [...levelWarning(row, level), ...editionWarning(row, system.edition)],
  };
}

function rowOf(system: KnownSystem, rows: readonly SystemRow[]): SystemRow | undefined {
  const find = (id: string) => rows.find((row) => isSystemOf(row, { ...system, id }));
  const found = find(system.id);
  if (found || system.family !== 'windows') return found;
  const currentBuild = system.version.split('.')[2] ?? '';
  return find(windowsSystem({ productName: system.name, currentBuild }).id);
}

function levelWarning(row: SystemRow, level: number): Reason[] {
  if (row.servicePacks.includes(level)) return [];
  return [{ code: 'system-level-unlisted', params: { system: row.name, level } }];
}

/** `Professional` is listed as `Pro` since Windows 8, and the x64 editions of 2003 bear it in their names. */
function editionWarning(row: SystemRow, edition = ''): Reason[] {
  const wanted = plain(edition);
  if (wanted === '' || row.editions.length === 0 || row.editions.some((one) => plain(one) === wanted))
    return [];
  return [{ code: 'system-edition-unlisted', params: { system: row.name, edition } }];
}

function plain(edition: string): string {
  const words = edition.toLowerCase().replace(/\b(edition|x64|n|evaluation)\b/g, '');
  return words
    .replace(/\bprofessional\b/, 'pro')
    .replace(/^server/, '')
    .replace(/\s+/g, '');
}
