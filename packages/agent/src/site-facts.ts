import { statSync } from 'node:fs';
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
  const found = latest(data.siteFacts);
  return found?.rootFingerprint === rootFingerprint ? found.facts : undefined;
}

/** What this process has read, by file: each answer of the site asks for it, and it seldom changes. */
const seen = new Map<string, { readonly state: string; readonly kept: Kept | undefined }>();

function latest(file: string): Kept | undefined {
  const state = stateOf(file);
  const known = seen.get(file);
  if (known?.state === state) return known.kept;
  const found = state === '' ? undefined : readJson<Kept>(file);
  const kept = Check(SiteFacts, found?.facts) ? found : undefined;
  seen.set(file, { state, kept });
  return kept;
}

/** Another one after each `writeDurably`, which makes a new file; empty: there is none. */
function stateOf(file: string): string {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat ? `${stat.ino} ${stat.mtimeNs} ${stat.size}` : '';
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
