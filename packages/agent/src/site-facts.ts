import { SiteFacts } from '@tenkai/protocol/agent/reports.ts';
import { Check } from 'typebox/value';
import type { DataFolder } from './data-folder.ts';
import { readJson, writeDurably } from './durable-file.ts';

/** With the root key of the site that told them: another site's agents have nothing to do with them. */
interface Kept {
  readonly rootFingerprint: string;
  readonly facts: SiteFacts;
}

/** What the site with this root key last told all of its agents; undefined: nothing yet. */
export function readSiteFacts(
  data: DataFolder,
  { rootFingerprint = '' }: { readonly rootFingerprint?: string },
): SiteFacts | undefined {
  const found = readJson<Kept>(data.siteFacts);
  return found?.rootFingerprint === rootFingerprint && Check(SiteFacts, found.facts)
    ? found.facts
    : undefined;
}

/** @returns whether it is something new */
export function keepSiteFacts(
  data: DataFolder,
  { rootFingerprint }: { readonly rootFingerprint: string },
  facts: SiteFacts,
): boolean {
  if (JSON.stringify(readSiteFacts(data, { rootFingerprint })) === JSON.stringify(facts)) return false;
  writeDurably(data.siteFacts, `${JSON.stringify({ rootFingerprint, facts } satisfies Kept)}\n`, 0o644);
  return true;
}
