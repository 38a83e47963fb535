import type { Static } from 'typebox';
import * as Type from 'typebox';
import { canonicalJson } from '../canonical-json.ts';
import { type InstalledSoftware, SoftwareSource } from './inventory.ts';

/** What makes an installed software the same one in the next inventory. */
export const SoftwareKey = Type.Object({
  source: SoftwareSource,
  name: Type.String({ minLength: 1, maxLength: 512 }),
  architecture: Type.Optional(Type.String({ maxLength: 32 })),
});
export type SoftwareKey = Static<typeof SoftwareKey>;

/** An installed software as text, to sort, to compare and to hash. */
export interface SoftwareEntryTexts {
  /** Canonical JSON of its key. */
  readonly key: string;
  /** Canonical JSON of all of it. */
  readonly text: string;
}

const known = new WeakMap<InstalledSoftware, SoftwareEntryTexts>();

/**
 * Nobody changes an entry once it is made, and an inventory is sorted, compared and hashed in turn: its texts are
 * worked out once for each entry rather than ten times.
 */
export function softwareEntryTexts(entry: InstalledSoftware): SoftwareEntryTexts {
  let texts = known.get(entry);
  if (!texts) {
    texts = { key: softwareKeyText(entry), text: canonicalJson(entry) };
    known.set(entry, texts);
  }
  return texts;
}

export function softwareKey({ source, name, architecture }: SoftwareKey): SoftwareKey {
  return { source, name, ...(architecture === undefined ? {} : { architecture }) };
}

export function softwareKeyText(software: SoftwareKey): string {
  return canonicalJson(softwareKey(software));
}
