import type { Static } from 'typebox';
import * as Type from 'typebox';
import type { OperatingSystem } from '../machine/inventory.ts';
import type { PlatformTarget } from './platform-target.ts';

/** How far we go with a system: an agent runs on it, or only a simulated machine and its packages exist. */
export const OperatingSystemSupport = Type.Union([
  Type.Literal('agent'),
  Type.Literal('planned'),
  Type.Literal('simulated'),
]);
export type OperatingSystemSupport = Static<typeof OperatingSystemSupport>;

/** One row of the list: an operating system on one architecture (BOSM-01). */
export const OperatingSystemEntry = Type.Object({
  /** What inventories and package targets call it. */
  id: Type.String({ minLength: 1, maxLength: 64 }),
  family: Type.Union([Type.Literal('linux'), Type.Literal('windows')]),
  name: Type.String({ minLength: 1, maxLength: 127 }),
  /** Same form as a package target's version; empty where the id says it all. */
  version: Type.String({ maxLength: 64 }),
  architecture: Type.Union([Type.Literal('x64'), Type.Literal('x86'), Type.Literal('arm64')]),
  editions: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: 50 }),
  /** Allowed levels; 0 is *none*. */
  servicePacks: Type.Array(Type.Integer({ minimum: 0 }), { minItems: 1, maxItems: 20 }),
  /** BOSM-17: a level, and those of which one must be there before it. */
  servicePackNeeds: Type.Optional(
    Type.Array(Type.Object({ level: Type.Integer(), oneOf: Type.Array(Type.Integer(), { minItems: 1 }) })),
  ),
  support: OperatingSystemSupport,
});
export type OperatingSystemEntry = Static<typeof OperatingSystemEntry>;

/** The list is data (BSRV-28): a site may add rows from a file of this form. */
export const OperatingSystemList = Type.Object({
  /** Changes with every change of the rows. */
  dataVersion: Type.String({ minLength: 1, maxLength: 32 }),
  systems: Type.Array(OperatingSystemEntry, { maxItems: 2000 }),
});
export type OperatingSystemList = Static<typeof OperatingSystemList>;

/** The shipped list with a site's rows; a row for the same id, version and architecture replaces ours (BSRV-28). */
export function extendOperatingSystems(
  shipped: OperatingSystemList,
  added: OperatingSystemList,
): OperatingSystemList {
  const rows = new Map([...shipped.systems, ...added.systems].map((entry) => [keyOf(entry), entry]));
  return { dataVersion: `${shipped.dataVersion}+${added.dataVersion}`, systems: [...rows.values()] };
}

function keyOf(entry: OperatingSystemEntry): string {
  return [entry.id, entry.version, entry.architecture].join('\n');
}

/** The row of a machine's system; undefined for one that is not listed, which is no mistake (BOSM-01). */
export function operatingSystemEntry(
  list: OperatingSystemList,
  system: Pick<OperatingSystem, 'id' | 'version' | 'architecture'>,
): OperatingSystemEntry | undefined {
  return list.systems.find((entry) => isSystemOf(entry, system));
}

/** Whether a row is that of a system; `9` stands for 9.4, too, and a row without a version for every one. */
export function isSystemOf(
  entry: Pick<OperatingSystemEntry, 'id' | 'version' | 'architecture'>,
  system: Pick<OperatingSystem, 'id' | 'version' | 'architecture'>,
): boolean {
  return (
    entry.id === system.id &&
    entry.architecture === system.architecture &&
    (entry.version === '' ||
      system.version === entry.version ||
      system.version.startsWith(`${entry.version}.`))
  );
}

/** What a package form offers: each system once, with the versions and architectures that are listed (BPKG-43). */
export function operatingSystemChoices(
  list: OperatingSystemList,
): { id: string; family: string; versions: string[]; architectures: string[] }[] {
  const ids = [...new Set(list.systems.map((entry) => entry.id))];
  return ids.map((id) => {
    const rows = list.systems.filter((entry) => entry.id === id);
    return {
      id,
      family: rows[0]?.family ?? '',
      versions: [...new Set(rows.map((entry) => entry.version))].filter((version) => version !== ''),
      architectures: [...new Set(rows.map((entry) => entry.architecture))],
    };
  });
}

/** What people call a system without its version: `Debian`, `Windows XP`; the id itself where it is not listed. */
export function systemNameOf({ systems }: OperatingSystemList, id: string): string {
  const first = systems.find((entry) => entry.id === id);
  if (!first) return id;
  return first.version === '' ? first.name : first.name.replace(` ${first.version}`, '');
}

const families: Readonly<Record<string, string>> = { linux: 'Linux', windows: 'Windows' };

/** What lists show of the systems that a package suits: `Debian 12`, or a family; empty: every system (BSCN-03). */
export function targetSystemNames(
  list: OperatingSystemList,
  targets: readonly Pick<PlatformTarget, 'operatingSystem' | 'version'>[],
): string[] {
  const names = targets.map(({ operatingSystem: id, version = '' }) =>
    `${families[id] ?? systemNameOf(list, id)} ${version}`.trim(),
  );
  return [...new Set(names)];
}
