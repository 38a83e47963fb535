import type { PlatformTarget, ServicePackLevel } from '@tenkai/domain/software/platform-target.ts';

/** A service-pack level as people write it: `3.0`. */
export function levelText({ major, minor }: ServicePackLevel): string {
  return `${major}.${minor}`;
}

export function levelsText(levels: readonly ServicePackLevel[]): string {
  return levels.map(levelText).join(', ');
}

/** `3, 4.1` as levels; what is no level is left out. */
export function parseLevels(text: string): ServicePackLevel[] {
  return text.split(/[\s,、]+/).flatMap((part) => {
    const match = /^(\d+)(?:\.(\d+))?$/.exec(part);
    return match ? [{ major: Number(match[1]), minor: Number(match[2] ?? 0) }] : [];
  });
}

/** One row of the list in one line; also its identity, for two equal rows are a mistake. */
export function targetText(target: PlatformTarget): string {
  const { operatingSystem, version = '', language, architecture, baseServicePack, absorbedBy = [] } = target;
  const base = baseServicePack ? levelText(baseServicePack) : '';
  return [operatingSystem, version, language, architecture, base, levelsText(absorbedBy)]
    .filter((part) => part !== '')
    .join(' ');
}
