import { compareWindowsVersions } from '../version/windows.ts';
import { serviceLines } from './catalogue.ts';
import { type FilePlatform, fileKey, type HotfixFile } from './hotfix.ts';

/** A file as it is on a machine or in a folder. */
export interface FoundFile {
  readonly name: string;
  readonly version: string | null;
  readonly sizeBytes: number;
  readonly platform: FilePlatform | null;
}

/**
 * `wrong-line`: a version of another service level, which is neither older nor newer (HOTFIX-22).
 * `different`: a file without a version has another size, or is for a processor for which the table has none.
 */
export type FileState = 'same' | 'newer' | 'older' | 'different' | 'wrong-line' | 'missing';

export interface JudgedFile {
  readonly name: string;
  readonly platform: FilePlatform | null;
  readonly state: FileState;
  readonly wanted: string | null;
  readonly found: string | null;
}

/** `partial`: of the files that are there, some are those of the fix, others are older or different (HOTFIX-24). */
export type HotfixState = 'compliant' | 'partial' | 'absent' | 'wrong-line';

export interface JudgedFiles {
  readonly state: HotfixState;
  readonly files: readonly JudgedFile[];
}

/** The level whose versions begin like this one; undefined: of no line that we know. */
export function lineOf(version: string): string | undefined {
  return serviceLines.find(({ prefix }) => version === prefix || version.startsWith(`${prefix}.`))?.level;
}

/**
 * Compares files with the table of their line: by name, platform and version, never by date (HOTFIX-15). A machine
 * need not have every file of the table, as the roles differ; what it has decides. Source: HOTFIX-22..24.
 */
export function judgeFiles(table: readonly HotfixFile[], found: readonly FoundFile[]): JudgedFiles {
  const byKey = new Map(found.map((file) => [fileKey(file), file]));
  const files = [
    ...table.map((wanted) => judgeFile(wanted, byKey.get(fileKey(wanted)))),
    ...foreignFiles(table, found),
  ];
  return { state: stateOf(files), files };
}

/** Files of the table's names for a processor for which it has none: of what they are, it says nothing (HOTFIX-23). */
function foreignFiles(table: readonly HotfixFile[], found: readonly FoundFile[]): JudgedFile[] {
  const names = new Set(table.map(({ name }) => name.toLowerCase()));
  const keys = new Set(table.map(fileKey));
  return found
    .filter((file) => names.has(file.name.toLowerCase()) && !keys.has(fileKey(file)))
    .map(({ name, platform, version }) => ({
      name,
      platform,
      state: 'different',
      wanted: null,
      found: version,
    }));
}

function judgeFile(wanted: HotfixFile, found: FoundFile | undefined): JudgedFile {
  const { name, platform } = wanted;
  const shared = { name, platform, wanted: wanted.version, found: found?.version ?? null };
  if (!found) return { ...shared, state: 'missing' };
  if (wanted.version === null)
    return { ...shared, state: found.sizeBytes === wanted.sizeBytes ? 'same' : 'different' };
  return { ...shared, state: compareInLine(found.version, wanted.version) };
}

function compareInLine(found: string | null, wanted: string): FileState {
  if (found === null) return 'different';
  if (lineOf(found) !== lineOf(wanted)) return 'wrong-line';
  const order = compareWindowsVersions(found, wanted);
  return order === 0 ? 'same' : order > 0 ? 'newer' : 'older';
}

function stateOf(files: readonly JudgedFile[]): HotfixState {
  const here = files.filter(({ state }) => state !== 'missing');
  if (here.some(({ state }) => state === 'wrong-line')) return 'wrong-line';
  const good = here.filter(({ state }) => state === 'same' || state === 'newer');
  if (good.length === 0) return 'absent';
  return good.length === here.length ? 'compliant' : 'partial';
}

/** Whether a patch may put its file over the one that is there: never over a newer one (HOTFIX-25). */
export function mayReplace(patch: Pick<HotfixFile, 'version'>, found: FoundFile | undefined): boolean {
  if (!found || patch.version === null || found.version === null) return true;
  const state = compareInLine(found.version, patch.version);
  return state === 'older' || state === 'same';
}
