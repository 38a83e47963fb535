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
    if (canonicalJson(entry.read(previous, '')) !== canonicalJson(entry.read(next, ''))) changed.add(name);
  }
  for (const key of changedKeys(propertyTexts(previous), propertyTexts(next)))
    changed.add(propertyChangeKey(key));
  for (const key of changedKeys(textsByName(previous), textsByName(next)))
    changed.add(softwareChangeKey(key));
  return changed;
}

function changedKeys(previous: Map<string, string>, next: Map<string, string>): string[] {
  const keys = new Set([...previous.keys(), ...next.keys()]);
  return [...keys].filter((key) => previous.get(key) !== next.get(key));
}

function propertyTexts(facts: MachineFacts): Map<string, string> {
  return new Map(Object.entries(facts.properties));
}

function textsByName({ inventory }: MachineFacts): Map<string, string> {
  const groups = Map.groupBy(inventory?.software ?? [], (software) => foldCase(software.name));
  return new Map([...groups].map(([name, entries]) => [name, entriesText(entries)]));
}

function entriesText(entries: InstalledSoftware[]): string {
  return entries
    .map((entry) => softwareEntryTexts(entry).text)
    .sort()
    .join('\n');
}
