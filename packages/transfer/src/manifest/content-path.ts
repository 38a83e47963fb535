import { Failure } from '../failures.ts';

/** Longest path in a manifest, in UTF-8 bytes: leaves room for the target folder below Linux's 4,096. */
export const PATH_LIMIT_BYTES = 1024;
/** Longest name of one file or folder, in UTF-8 bytes: what ext4 and XFS can store. */
const NAME_LIMIT_BYTES = 255;

// Windows opens a device for these names in every folder, with any extension and with blanks before the extension.
const reservedName = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])[ ]*(\.|$)/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: refusing control characters is this pattern's purpose
const forbiddenCharacter = /[\u0000-\u001f\u007f-\u009f<>:"|?*]/;
// Characters that turn the reading direction make a name look like another one (CVE-2021-42574).
const hiddenCharacter = /[\u200b\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ufeff]/;

/**
 * Checks that a path of a manifest is relative, stays in its folder, has one spelling, and can be stored under
 * exactly this name on Windows and Linux.
 * @throws Failure content-path-*
 */
export function checkContentPath(path: string): void {
  if (path === '') throw new Failure('content-path-empty');
  if (!path.isWellFormed() || path.includes('\ufffd')) throw refusal('not-unicode', path);
  if (path.includes('\\')) throw refusal('backslash', path);
  if (path.startsWith('/')) throw refusal('absolute', path);
  if (/^[a-z]:/i.test(path)) throw refusal('drive', path);
  if (forbiddenCharacter.test(path) || hiddenCharacter.test(path)) throw refusal('character', path);
  if (path.normalize('NFC') !== path) throw refusal('not-normal', path);
  checkLength(path, path, PATH_LIMIT_BYTES);
  for (const name of path.split('/')) checkName(name, path);
}

function checkName(name: string, path: string): void {
  if (name === '') throw new Failure('content-path-empty', {}, { detail: printablePath(path) });
  if (name === '.' || name === '..') throw refusal('traversal', path);
  if (/[. ]$/.test(name)) throw refusal('ending', path);
  if (reservedName.test(name)) throw refusal('reserved', path);
  checkLength(name, path, NAME_LIMIT_BYTES);
}

function checkLength(text: string, path: string, limitBytes: number): void {
  if (new TextEncoder().encode(text).length <= limitBytes) return;
  throw new Failure('content-path-too-long', { path: printablePath(path), limitBytes });
}

function refusal(reason: string, path: string): Failure {
  return new Failure(`content-path-${reason}`, { path: printablePath(path) });
}

/** A hostile path made harmless for logs and terminals: escaped and cut. */
export function printablePath(path: string): string {
  const escaped = path.replace(
    /[^\x20-\x7e\u00a1-\u1fff\u3000-\ud7ff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return escaped.length > 200 ? `${escaped.slice(0, 200)}…` : escaped;
}

/**
 * Two paths with the same key are one file on Windows: NTFS compares names by the upper case of each character.
 * A character whose upper case is longer than one (ß) keeps its own identity there, and so here.
 */
export function caseKey(path: string): string {
  let key = '';
  for (const character of path) {
    const upper = character.toUpperCase();
    key += [...upper].length === 1 ? upper : character;
  }
  return key;
}

/** Remembers paths, and refuses one that is the same file as an earlier one, or is a file and a folder at once. */
export interface PathSet {
  /** @throws Failure content-path-duplicate */
  add(path: string): void;
  /** As add, for a folder, which may come again. */
  addFolder(path: string): void;
}

export function createPathSet(): PathSet {
  const files = new Map<string, string>();
  const folders = new Map<string, string>();
  return {
    add(path) {
      const key = caseKey(path);
      refuseClash(path, files.get(key) ?? folders.get(key));
      files.set(key, path);
      addFolders(path, files, folders);
    },
    addFolder: (path) => addFolders(`${path}/`, files, folders),
  };
}

/**
 * Checks that no two paths are the same file, no file is also a folder, and no folder has two spellings.
 * @throws Failure content-path-duplicate
 */
export function checkDistinctPaths(paths: Iterable<string>): void {
  const seen = createPathSet();
  for (const path of paths) seen.add(path);
}

function addFolders(path: string, files: Map<string, string>, folders: Map<string, string>): void {
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
    const folder = path.slice(0, end);
    const key = caseKey(folder);
    const known = folders.get(key);
    refuseClash(folder, files.get(key));
    if (known === folder) return;
    refuseClash(folder, known);
    folders.set(key, folder);
  }
}

function refuseClash(path: string, other: string | undefined): void {
  if (other === undefined) return;
  throw new Failure('content-path-duplicate', { path: printablePath(path), other: printablePath(other) });
}
