import { defineReasons } from '../reason.ts';
import type { Reason } from '../scenario/frozen-step.ts';
import { hotfixes } from './catalogue.ts';
import type { Hotfix } from './hotfix.ts';

defineReasons({
  'hotfix-unknown': 'Hotfix {id} is not in the catalogue.',
  'hotfix-prerequisite': '{id} needs one of: {wanted}; the machine has {actual}.',
  'hotfix-superseded': '{id} is superseded by {by}, which is installed: not applicable.',
});

/** `977203`, `kb977203` and `KB977203` are one id. */
export function hotfixId(text: string): string {
  return `KB${text.trim().replace(/^kb/i, '')}`;
}

export function findHotfix(id: string, catalogue: readonly Hotfix[] = hotfixes): Hotfix | undefined {
  return catalogue.find((each) => each.id === hotfixId(id));
}

/** Every fix that replaces this one, over any number of steps (HOTFIX-05). */
export function supersededBy(id: string, catalogue: readonly Hotfix[] = hotfixes): string[] {
  const found = new Set<string>();
  const walk = (each: string) => {
    for (const { id: later, replaces } of catalogue)
      if (replaces.includes(each) && !found.has(later)) {
        found.add(later);
        walk(later);
      }
  };
  walk(hotfixId(id));
  return [...found];
}

/** Supersedence is of components: tools of a fix that none of its installed successors carries (HOTFIX-07). */
export function notCarriedOver(id: string, catalogue: readonly Hotfix[] = hotfixes): string[] {
  const later = supersededBy(id, catalogue);
  if (later.length === 0) return [];
  const carried = later.flatMap((each) => findHotfix(each, catalogue)?.tools ?? []);
  return (findHotfix(id, catalogue)?.tools ?? []).filter((tool) => !carried.includes(tool));
}

export interface HotfixQuestion {
  readonly id: string;
  /** Service level of the machine's product; empty: none. */
  readonly level: string;
  /** Ids of what is installed. */
  readonly installed: readonly string[];
}

/**
 * Why a hotfix may not be installed; null: it may. Nothing is changed before this is asked. Source: HOTFIX-02, 05, 06.
 */
export function hotfixRefusal(
  { id, level, installed }: HotfixQuestion,
  catalogue: readonly Hotfix[] = hotfixes,
): Reason | null {
  const hotfix = findHotfix(id, catalogue);
  if (!hotfix) return { code: 'hotfix-unknown', params: { id: hotfixId(id) } };
  if (!hotfix.requires.includes(level)) {
    const params = { id: hotfix.id, wanted: hotfix.requires.join(', '), actual: level || '-' };
    return { code: 'hotfix-prerequisite', params };
  }
  const there = new Set(installed.map(hotfixId));
  const by = supersededBy(hotfix.id, catalogue).find((each) => there.has(each));
  return by === undefined ? null : { code: 'hotfix-superseded', params: { id: hotfix.id, by } };
}
