import { canonicalJson } from '../canonical-json.ts';
import type { InstalledSoftware } from '../machine/inventory.ts';
import type { MachineFacts } from '../machine/machine.ts';
import { softwareEntryTexts } from '../machine/software-text.ts';
import { attributes, foldCase, propertyChangeKey, softwareChangeKey } from './attribute.ts';

/**
 * What changed on a machine, in the words of `attributesOf`: `os.version`, `property["room"]`, `software["nginx"]`;
 * `inventory` when it came or went as a whole. Collections that name none of these need no new evaluation.
 */
export function changedAttributes(previous: MachineFacts, next: MachineFacts): Set<string> {
  const changed = new Set<string>();
  if ((previous.inventory === null) !== (next.inventory === null)) changed.add('inventory');
  for (const [name, entry] of Object.entries(attributes)) {
    if (entry.isKeyed) continue;
    if (!isSame(entry.read(previous, ''), entry.read(next, ''))) changed.add(name);
  }
  for (const key of changedKeys(propertyTexts(previous), propertyTexts(next)))
    changed.add(propertyChangeKey(key));
  const [before, after] = onlyDiffering(previous.inventory?.software ?? [], next.inventory?.software ?? []);
  for (const key of changedKeys(textsByName(before), textsByName(after))) changed.add(softwareChangeKey(key));
  return changed;
}

function isSame(previous: unknown, next: unknown): boolean {
  return previous === next || canonicalJson(previous) === canonicalJson(next);
}

/**
 * Software under names of which anything differs. An inventory that was made from the previous one by a report of
 * differences shares nearly all its entries with it, and those need no words.
 */
function onlyDiffering(previous: InstalledSoftware[], next: InstalledSoftware[]) {
  const old = new Set(previous);
  const young = new Set(next);
  const names = new Set(
    [...previous.filter((entry) => !young.has(entry)), ...next.filter((entry) => !old.has(entry))].map(
      ({ name }) => foldCase(name),
    ),
  );
  const isNamed = ({ name }: InstalledSoftware) => names.size > 0 && names.has(foldCase(name));
  return [previous.filter(isNamed), next.filter(isNamed)] as const;
}

function changedKeys(previous: Map<string, string>, next: Map<string, string>): string[] {
  const keys = new Set([...previous.keys(), ...next.keys()]);
  return [...keys].filter((key) => previous.get(key) !== next.get(key));
}

function propertyTexts(facts: MachineFacts): Map<string, string> {
  return new Map(Object.entries(facts.properties));
}

function textsByName(software: readonly InstalledSoftware[]): Map<string, string> {
  const groups = Map.groupBy(software, ({ name }) => foldCase(name));
  return new Map([...groups].map(([name, entries]) => [name, entriesText(entries)]));
}

function entriesText(entries: InstalledSoftware[]): string {
  return entries
    .map((entry) => softwareEntryTexts(entry).text)
    .sort()
    .join('\n');
}
