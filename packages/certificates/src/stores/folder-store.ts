import { lstatSync, readdirSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { Failure } from '@tenkai/domain/failure.ts';
import { type ExamineOptions, examine } from '../examine.ts';
import { finding } from '../findings.ts';
import { backupEnding, readPlainFile, replaceFile, syncFolder } from '../replace-file.ts';
import type { CertificateStore, LookedAt, StoreEntry } from './store.ts';

const endings = ['.pfx', '.p12', '.pem', '.crt', '.cer', '.der', '.key'];
const largestFileBytes = 16 * 1024 * 1024;
const deepestFolder = 32;

/**
 * The PFX, PEM and DER files below a folder, or one file. One file at a time is in memory, so that ten thousand
 * cost little more than one.
 * @throws Failure certfix-store-unknown, certfix-store-locked
 */
export function openFolderStore(path: string, name = path): CertificateStore {
  const stats = lstatOf(path, name);
  const changed = new Set<string>();
  const sync = () => {
    const folders = [...changed];
    changed.clear();
    for (const folder of folders) syncOrRefuse(folder, name);
  };
  if (!stats.isDirectory())
    return { name, folder: dirname(path), sync, entries: () => [fileEntry(path, changed)] };
  return { name, folder: path, sync, entries: () => filesBelow(path, changed, 0) };
}

function syncOrRefuse(folder: string, store: string): void {
  try {
    syncFolder(folder);
  } catch (error) {
    throw new Failure(
      'certificate-store-refused',
      { store, reason: (error as Error).message },
      { cause: error },
    );
  }
}

function lstatOf(path: string, store: string) {
  try {
    return lstatSync(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new Failure('certfix-store-unknown', { store });
    throw new Failure('certfix-store-locked', { store, reason: message });
  }
}

/** Names are read before files are replaced: a folder that is changed while it is read may give a name twice. */
function* filesBelow(folder: string, changed: Set<string>, depth: number): Generator<StoreEntry> {
  const entries = readdirSync(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && depth < deepestFolder) yield* filesBelow(path, changed, depth + 1);
    if (entry.isFile() && isCertificateFile(entry.name)) yield fileEntry(path, changed);
  }
}

function isCertificateFile(name: string): boolean {
  return (
    !name.startsWith('.') && !name.endsWith(backupEnding) && endings.includes(extname(name).toLowerCase())
  );
}

function fileEntry(path: string, changed: Set<string>): StoreEntry {
  return { place: path, look: (options) => lookAtFile(path, changed, options) };
}

const nothing = { thumbprints: [], names: [] };

function lookAtFile(path: string, changed: Set<string>, options: ExamineOptions): LookedAt {
  const state = readPlainFile(path, largestFileBytes);
  if (state === undefined) return { ...nothing, findings: [finding('format-unknown', 'no plain file')] };
  if (state === 'too-large') return { ...nothing, findings: [finding('too-large')] };
  const { thumbprints, names, findings, repaired } = examine(state.bytes, options);
  if (!repaired) return { thumbprints, names, findings };
  const repair = () => {
    const backup = replaceFile(path, state, repaired);
    changed.add(dirname(path));
    return backup;
  };
  return { thumbprints, names, findings, repair };
}
