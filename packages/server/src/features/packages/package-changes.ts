import { canonicalJson, type PackageDraft } from '@tenkai/domain';
import type { Manifest } from '@tenkai/transfer';

export interface PackageState {
  readonly draft: PackageDraft;
  readonly manifest: Manifest | null;
}

const longestSummary = 500;

/**
 * One line for the history: which fields differ, and which files came, went or changed (BPKG-39). Empty when nothing
 * differs.
 */
export function describeChange(before: PackageState, after: PackageState): string {
  const parts = [
    ...changedFields(before.draft, after.draft),
    ...changedFiles(before.manifest, after.manifest),
  ];
  const text = parts.join('; ');
  return text.length > longestSummary ? `${text.slice(0, longestSummary)}…` : text;
}

function changedFields(before: PackageDraft, after: PackageDraft): string[] {
  const names = new Set([...Object.keys(after), ...Object.keys(before)]) as Set<keyof PackageDraft>;
  // Fields that are optional are absent in older revisions.
  return [...names]
    .map((name) => ({ name, from: before[name] ?? null, to: after[name] ?? null }))
    .filter(({ from, to }) => canonicalJson(from) !== canonicalJson(to))
    .map(({ name, from, to }) => describeField(name, from, to));
}

/** Short values are shown, longer ones only named. */
function describeField(name: string, before: unknown, after: unknown): string {
  const isShort = [before, after].every((value) => value === null || String(value).length <= 40);
  const isPlain = [before, after].every((value) => typeof value !== 'object' || value === null);
  return isShort && isPlain ? `${name}: ${shown(before)} → ${shown(after)}` : name;
}

function shown(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : String(value);
}

function changedFiles(before: Manifest | null, after: Manifest | null): string[] {
  const [old, fresh] = [filesOf(before), filesOf(after)];
  const added = [...fresh.keys()].filter((path) => !old.has(path));
  const removed = [...old.keys()].filter((path) => !fresh.has(path));
  const changed = [...fresh].filter(([path, bytes]) => old.has(path) && old.get(path) !== bytes);
  return [
    listed('files added', added),
    listed('files removed', removed),
    listed(
      'files changed',
      changed.map(([path]) => path),
    ),
  ].filter((part) => part !== '');
}

function filesOf(manifest: Manifest | null): Map<string, string> {
  const files = manifest?.files ?? [];
  return new Map(
    files.map((file) => [
      file.path,
      canonicalJson([file.isExecutable, file.chunks.map((chunk) => chunk.sha256)]),
    ]),
  );
}

function listed(what: string, paths: readonly string[]): string {
  if (paths.length === 0) return '';
  const first = paths.slice(0, 3).join(', ');
  return `${what}: ${first}${paths.length > 3 ? ` and ${paths.length - 3} more` : ''}`;
}
