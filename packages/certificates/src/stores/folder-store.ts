import { lstatSync, readdirSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { Failure } from '@tenkai/domain/failure.ts';
import { type ExamineOptions, examine } from '../examine.ts';
import { finding } from '../findings.ts';
import { backupEnding, readPlainFile, replaceFile } from '../replace-file.ts';
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
  if (!stats.isDirectory()) return { name, folder: dirname(path), entries: () => [fileEntry(path)] };
  return { name, folder: path, entries: () => filesBelow(path, 0) };
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
function* filesBelow(folder: string, depth: number): Generator<StoreEntry> {
  const entries = readdirSync(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && depth < deepestFolder) yield* filesBelow(path, depth + 1);
    if (entry.isFile() && isCertificateFile(entry.name)) yield fileEntry(path);
  }
}

function isCertificateFile(name: string): boolean {
  return (
    !name.startsWith('.') && !name.endsWith(backupEnding) && endings.includes(extname(name).toLowerCase())
  );
}

function fileEntry(path: string): StoreEntry {
  return { place: path, look: (options) => lookAtFile(path, options) };
}

const nothing = { thumbprints: [], names: [] };

function lookAtFile(path: string, options: ExamineOptions): LookedAt {
  const state = readPlainFile(path, largestFileBytes);
  if (state === undefined) return { ...nothing, findings: [finding('format-unknown', 'no plain file')] };
  if (state === 'too-large') return { ...nothing, findings: [finding('too-large')] };
  const { thumbprints, names, findings, repaired } = examine(state.bytes, options);
  if (!repaired) return { thumbprints, names, findings };
  return { thumbprints, names, findings, repair: () => replaceFile(path, state, repaired) };
}
