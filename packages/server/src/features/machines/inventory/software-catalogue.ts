import { canonicalJson, type InstalledSoftware, softwareEntryTexts } from '@tenkai/domain';
import type { Reader, Tx } from '../../../kernel/database/database.ts';
import { type EntryRow, ensureEntries, findEntries } from './software.store.ts';
import { packVarints, unpackVarints } from './varints.ts';

/** The software of one machine as it is stored. */
export interface PackedSoftware {
  readonly software: Uint8Array;
  readonly installed_at: string | null;
}

/** A machine's software, ready to be stored: everything that needs no database is done. */
export interface SoftwareTexts {
  readonly entries: readonly string[];
  readonly installedAt: string | null;
}

/**
 * Every software is stored once, machines hold numbers: a thousand entries are 3 KB instead of 150, and machines
 * with the same software share its objects in memory, where collections are judged.
 */
export interface SoftwareCatalogue {
  /** Inside of a transaction, because it may add entries. */
  pack(tx: Tx, texts: SoftwareTexts): Promise<PackedSoftware>;
  /** One list for each of the given. */
  unpack(read: Reader, packed: readonly PackedSoftware[]): Promise<InstalledSoftware[][]>;
}

/** Bounds the memory: beyond it the cache starts anew. A fleet of many systems has some ten thousand entries. */
const maxCached = 200_000;

/** The date differs from machine to machine; everything else is shared. */
export function softwareTexts(software: readonly InstalledSoftware[]): SoftwareTexts {
  const dates = software.map((entry) => entry.installedAt ?? null);
  return {
    entries: software.map(sharedText),
    installedAt: dates.some((date) => date !== null) ? JSON.stringify(dates) : null,
  };
}

function sharedText(entry: InstalledSoftware): string {
  if (entry.installedAt === undefined) return softwareEntryTexts(entry).text;
  const { installedAt: _, ...shared } = entry;
  return canonicalJson(shared);
}

export function createSoftwareCatalogue(): SoftwareCatalogue {
  const { idByEntry, softwareById, trim, remember } = createCache();
  return {
    async pack(tx, { entries, installedAt }) {
      trim();
      const [ids, unknown] = lookUp(idByEntry, entries);
      const rows = await ensureEntries(tx, unknown);
      for (const { id, entry } of rows) ids.set(entry, id);
      // Remembered only once they are durable: an id of a transaction that failed may be given again.
      tx.afterCommit(() => remember(rows));
      const inOrder = entries.map((entry) => ids.get(entry) as number);
      return { software: packVarints(inOrder), installed_at: installedAt };
    },
    async unpack(read, packed) {
      trim();
      const lists = packed.map(({ software }) => unpackVarints(software));
      // Again where the cache was trimmed for somebody else while we waited.
      for (let ids = missing(softwareById, lists); ids.length > 0; ids = missing(softwareById, lists)) {
        const rows = await findEntries<number>(read, 'id', ids);
        if (rows.length < ids.length) throw new Error('software of an inventory is missing in the catalogue');
        remember(rows);
      }
      return lists.map((ids, index) => {
        const software = ids.map((id) => softwareById.get(id) as InstalledSoftware);
        return withDates(software, packed[index]?.installed_at ?? null);
      });
    },
  };
}

function createCache() {
  const idByEntry = new Map<string, number>();
  const softwareById = new Map<number, InstalledSoftware>();
  return {
    idByEntry,
    softwareById,
    trim() {
      if (softwareById.size <= maxCached) return;
      idByEntry.clear();
      softwareById.clear();
    },
    remember(rows: readonly EntryRow[]) {
      for (const { id, entry } of rows) {
        idByEntry.set(entry, id);
        softwareById.set(id, JSON.parse(entry) as InstalledSoftware);
      }
    },
  };
}

/** Ids that the cache does not hold. */
function missing(cache: ReadonlyMap<number, unknown>, lists: readonly (readonly number[])[]): number[] {
  const unknown = new Set<number>();
  for (const ids of lists) for (const id of ids) if (!cache.has(id)) unknown.add(id);
  return [...unknown];
}

/** What the cache holds now, as a map of the caller's own: the cache may start anew while the caller waits. */
function lookUp<K, V>(cache: ReadonlyMap<K, V>, keys: readonly K[]): [known: Map<K, V>, unknown: K[]] {
  const known = new Map<K, V>();
  const unknown = new Set<K>();
  for (const key of keys) {
    const value = cache.get(key);
    if (value === undefined) unknown.add(key);
    else known.set(key, value);
  }
  return [known, [...unknown]];
}

function withDates(software: InstalledSoftware[], installedAt: string | null): InstalledSoftware[] {
  if (installedAt === null) return software;
  const dates = JSON.parse(installedAt) as (string | null)[];
  return software.map((entry, index) => {
    const date = dates[index];
    return date === null || date === undefined ? entry : { ...entry, installedAt: date };
  });
}
