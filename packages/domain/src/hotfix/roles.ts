import type { Hotfix } from './hotfix.ts';

/** Parts of the old product that a file belongs to (HOTFIX-21). */
export type HotfixRole =
  | 'agent'
  | 'certificate-generation'
  | 'certificate-repair'
  | 'management-point'
  | 'multicast'
  | 'setup'
  | 'state-migration';

const roles: readonly (readonly [RegExp, readonly HotfixRole[]])[] = [
  [/^ccmcertfix\.exe$/i, ['certificate-repair']],
  [/^ccmgencert\.dll$/i, ['agent', 'certificate-generation']],
  [/^ccmsetup(-sup)?\.(cab|exe|msi)$/i, ['setup']],
  [/^(mcs\.msi|mcsisapip\.dll)$/i, ['multicast']],
  [/^mp\.msi$/i, ['management-point']],
  [/^smpmgr\.dll$/i, ['state-migration']],
  [/\.msp$/i, ['agent']],
];

/** Which parts of the product the files of a hotfix touch, in alphabetical order: who has to be tested afterwards. */
export function rolesOf({ files }: Pick<Hotfix, 'files'>, level: string): HotfixRole[] {
  const names = (files[level] ?? []).map(({ name }) => name);
  const found = names.flatMap((name) => roles.find(([pattern]) => pattern.test(name))?.[1] ?? []);
  return [...new Set(found)].sort();
}
