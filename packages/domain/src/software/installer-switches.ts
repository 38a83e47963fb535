import type { Program } from './program.ts';

/** One switch of an installer in all its spellings; the first is the one that forms write. */
export type Spellings = readonly string[];

/** The switches of one kind of installer of service packs. Source: 003 sec 2.1.1.2 (4), 3.4.1.1 (4). */
export interface SwitchFamily {
  readonly id: 'update-exe' | 'windows-update' | 'windows-installer';
  /** Without one of these it restarts the machine by itself (BPKG-26, BPKG-30). */
  readonly needed: Spellings;
  /** Exactly one of these: *unattended*, which may wait for ever, or *quiet*, which may do nothing (BPKG-27, BPKG-28). */
  readonly choice: { readonly unattended: Spellings; readonly quiet: Spellings } | null;
  /** Keeps drivers of the machine's maker (BPKG-29). */
  readonly keepsDrivers: Spellings | null;
}

const families: readonly (SwitchFamily & { readonly file: RegExp })[] = [
  {
    id: 'update-exe',
    file: /^update\.exe$/,
    needed: ['-z', '/z'],
    choice: { unattended: ['-u', '/u'], quiet: ['-q', '/q'] },
    keepsDrivers: ['-o', '/o'],
  },
  {
    id: 'windows-update',
    file: /^(windows.*-kb\d+.*\.exe|.*\.msu)$/,
    needed: ['/norestart', '-norestart'],
    choice: { unattended: ['/passive', '-passive'], quiet: ['/quiet', '-quiet'] },
    keepsDrivers: null,
  },
  {
    id: 'windows-installer',
    file: /\.msi$/,
    needed: ['/norestart', 'reboot=reallysuppress'],
    choice: null,
    keepsDrivers: null,
  },
];

/** The switches that suit a program's executable; undefined where its maker alone knows them. */
export function switchFamilyOf({ executable }: Pick<Program, 'executable'>): SwitchFamily | undefined {
  const file = executable?.split('/').at(-1)?.toLowerCase() ?? '';
  return families.find((family) => family.file.test(file));
}

export function hasSwitch(parameters: string, spellings: Spellings): boolean {
  return parameters
    .toLowerCase()
    .split(/\s+/)
    .some((word) => spellings.includes(word));
}

/** The same parameters with a switch, or without it in any spelling; what else stands there stays byte for byte. */
export function withSwitch(parameters: string, spellings: Spellings, isOn: boolean): string {
  if (hasSwitch(parameters, spellings) === isOn) return parameters;
  if (isOn) return [parameters.trimEnd(), spellings[0] ?? ''].filter((part) => part !== '').join(' ');
  const words = parameters.split(/(\s+)/);
  const kept = words.filter((word, index) => {
    const isGone = (at: number) => spellings.includes(words[at]?.toLowerCase() ?? ' ');
    return !isGone(index) && !(/^\s+$/.test(word) && isGone(index + 1));
  });
  return kept.join('').trimStart();
}
