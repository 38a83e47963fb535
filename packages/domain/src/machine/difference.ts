import type { Static } from 'typebox';
import * as Type from 'typebox';
import { canonicalJson } from '../canonical-json.ts';
import { compareText } from '../version/digits.ts';
import { InstalledSoftware, Inventory } from './inventory.ts';
import {
  type SoftwareEntryTexts,
  SoftwareKey,
  softwareEntryTexts,
  softwareKey,
  softwareKeyText,
} from './software-text.ts';

/**
 * One key may be installed more than once (kernels of RPM systems): `changed` holds all that is now there under
 * a key that was there before, `added` all under a new one.
 */
export const SoftwareDifference = Type.Object({
  added: Type.Array(InstalledSoftware, { maxItems: 50_000 }),
  changed: Type.Array(InstalledSoftware, { maxItems: 50_000 }),
  removed: Type.Array(SoftwareKey, { maxItems: 50_000 }),
});
export type SoftwareDifference = Static<typeof SoftwareDifference>;

/** What changed between two inventories: software one by one, every other section as a whole. */
export const InventoryDifference = Type.Object({
  hardware: Type.Optional(Inventory.properties.hardware),
  network: Type.Optional(Inventory.properties.network),
  operatingSystem: Type.Optional(Inventory.properties.operatingSystem),
  agent: Type.Optional(Inventory.properties.agent),
  software: Type.Optional(SoftwareDifference),
});
export type InventoryDifference = Static<typeof InventoryDifference>;

const sections = ['hardware', 'network', 'operatingSystem', 'agent'] as const;

/** The same inventory with its software in order and each entry once: the form that digests are made of. */
export function normalizeInventory(inventory: Inventory): Inventory {
  return { ...inventory, software: sortSoftware(inventory.software) };
}

/** The text whose hash names an inventory; equal inventories have equal texts, whatever order they came in. */
export function inventoryDigestInput(inventory: Inventory): string {
  const { software, ...sections } = normalizeInventory(inventory);
  // As `canonicalJson` would, but the texts of software are there already: sorting has asked for them.
  const texts: Record<string, string> = { software: `[${joinedText(software)}]` };
  for (const [name, section] of Object.entries(sections))
    if (section !== undefined) texts[name] = canonicalJson(section);
  const names = Object.keys(texts).sort();
  return `{${names.map((name) => `${canonicalJson(name)}:${texts[name]}`).join()}}`;
}

/** What turns `previous` into `next`; an empty object when nothing changed. */
export function diffInventory(previous: Inventory, next: Inventory): InventoryDifference {
  const difference: InventoryDifference = {};
  for (const section of sections) {
    if (previous[section] === next[section]) continue;
    if (canonicalJson(previous[section]) === canonicalJson(next[section])) continue;
    Object.assign(difference, { [section]: next[section] });
  }
  const software = diffSoftware(previous.software, next.software);
  return software ? { ...difference, software } : difference;
}

export function isEmptyDifference(difference: InventoryDifference): boolean {
  return Object.values(difference).every((section) => section === undefined);
}

/** The next inventory, in normal form: `applyDifference(a, diffInventory(a, b))` is `normalizeInventory(b)`. */
export function applyDifference(previous: Inventory, difference: InventoryDifference): Inventory {
  return {
    hardware: difference.hardware ?? previous.hardware,
    network: difference.network ?? previous.network,
    operatingSystem: difference.operatingSystem ?? previous.operatingSystem,
    agent: difference.agent ?? previous.agent,
    software: applySoftware(previous.software, difference.software),
  };
}

function diffSoftware(
  previous: InstalledSoftware[],
  next: InstalledSoftware[],
): SoftwareDifference | undefined {
  const before = groupByKey(previous);
  const after = groupByKey(next);
  const kept = [...after].filter(([key]) => before.has(key));
  const difference: SoftwareDifference = {
    added: [...after].filter(([key]) => !before.has(key)).flatMap(([, entries]) => entries),
    changed: kept
      .filter(([key, entries]) => joinedText(entries) !== joinedText(before.get(key) ?? []))
      .flatMap(([, entries]) => entries),
    removed: [...before]
      .filter(([key]) => !after.has(key))
      .flatMap(([, [entry]]) => (entry ? [softwareKey(entry)] : [])),
  };
  const { added, changed, removed } = difference;
  return added.length + changed.length + removed.length > 0 ? difference : undefined;
}

function applySoftware(previous: InstalledSoftware[], difference?: SoftwareDifference): InstalledSoftware[] {
  if (!difference) return sortSoftware(previous);
  const gone = new Set([...difference.changed, ...difference.removed].map(softwareKeyText));
  const kept = previous.filter((entry) => !gone.has(softwareEntryTexts(entry).key));
  return sortSoftware([...kept, ...difference.added, ...difference.changed]);
}

function groupByKey(software: InstalledSoftware[]): Map<string, InstalledSoftware[]> {
  return Map.groupBy(sortSoftware(software), (entry) => softwareEntryTexts(entry).key);
}

function sortSoftware(software: readonly InstalledSoftware[]): InstalledSoftware[] {
  const rows = software.map((entry) => ({ entry, ...softwareEntryTexts(entry) }));
  if (rows.every((row, index) => index === 0 || compareRows(rows[index - 1] as SoftwareEntryTexts, row) < 0))
    return [...software];
  rows.sort(compareRows);
  return rows.filter((row, index) => row.text !== rows[index - 1]?.text).map((row) => row.entry);
}

function compareRows(a: SoftwareEntryTexts, b: SoftwareEntryTexts): number {
  return compareText(a.key, b.key) || compareText(a.text, b.text);
}

function joinedText(entries: readonly InstalledSoftware[]): string {
  return entries.map((entry) => softwareEntryTexts(entry).text).join();
}
