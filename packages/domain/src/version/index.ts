import type { Order } from './digits.ts';
import { compareDpkgVersions } from './dpkg.ts';
import { compareGenericVersions } from './generic.ts';
import { compareRpmVersions } from './rpm.ts';
import { compareWindowsVersions } from './windows.ts';

export { compareDpkgVersions, compareGenericVersions, compareRpmVersions, compareWindowsVersions };

/** Whose rules say which version is the newer one. */
export type VersionScheme = 'dpkg' | 'rpm' | 'windows' | 'generic';

const comparers: Record<VersionScheme, (a: string, b: string) => Order> = {
  dpkg: compareDpkgVersions,
  rpm: compareRpmVersions,
  windows: compareWindowsVersions,
  generic: compareGenericVersions,
};

/** Order of two versions by the rules of their makers; never throws, however odd they are. */
export function compareVersions(scheme: VersionScheme, a: string, b: string): Order {
  return comparers[scheme](a, b);
}

/** The scheme of a software source of the inventory. */
export function versionSchemeOf(source: 'dpkg' | 'rpm' | 'msi' | 'other'): VersionScheme {
  if (source === 'msi') return 'windows';
  return source === 'other' ? 'generic' : source;
}

/** Whether `actual operator wanted` holds, `1.10 >= 1.9` for instance. */
export function versionHolds(
  scheme: VersionScheme,
  actual: string,
  operator: '=' | '!=' | '<' | '<=' | '>' | '>=',
  wanted: string,
): boolean {
  const order = compareVersions(scheme, actual, wanted);
  if (operator === '=') return order === 0;
  if (operator === '!=') return order !== 0;
  if (operator === '<') return order < 0;
  if (operator === '<=') return order <= 0;
  return operator === '>' ? order > 0 : order >= 0;
}
