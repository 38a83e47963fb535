import { readFileSync, statSync } from 'node:fs';
import type { SourceAnswer } from '@tenkai/domain/assignment/assignment.ts';
import { containerOf, findInDirectory, parseDirectoryUrl } from '@tenkai/domain/assignment/directory.ts';
import { directoryAttributes, directoryClasses } from '@tenkai/domain/assignment/directory-schema.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import { openDirectory } from '@tenkai/protocol/ldap/directory.ts';
import { reasonOf } from './reason-of.ts';

export interface DirectoryQuestion {
  /** `ldaps://host/base`, or `ldap://…`. */
  readonly url: string;
  readonly directoryUser?: string | undefined;
  readonly directorySecretFile?: string | undefined;
  readonly directoryCaFile?: string | undefined;
}

/**
 * Asks a directory where this machine's site is (AGENT-18). The secret goes to a directory only whose certificate was
 * verified; what the directory says is an address to try. Without a secret it is asked as nobody in particular.
 * @throws the signal's reason
 */
export async function askDirectory(
  { url, directoryUser, directorySecretFile, directoryCaFile }: DirectoryQuestion,
  machine: { readonly addresses: readonly string[]; readonly siteCode?: string },
  signal: AbortSignal,
): Promise<SourceAnswer> {
  try {
    const { server, base } = parseDirectoryUrl(url) ?? unusable(url);
    const ca = directoryCaFile === undefined ? undefined : readFile(directoryCaFile);
    const secret = directorySecretFile === undefined ? '' : readSecret(directorySecretFile);
    const user = directoryUser && secret !== '' ? { name: directoryUser, secret } : undefined;
    const directory = await openDirectory({ server, ca, user }, signal);
    try {
      const entries = await directory.search({
        base: containerOf(base),
        scope: 'sub',
        classes: Object.keys(directoryClasses),
        attributes: ['objectClass', ...Object.keys(directoryAttributes)],
      });
      if (!entries || entries.length === 0)
        return { nothing: { code: 'directory-no-container', params: { base: containerOf(base) } } };
      return findInDirectory(entries, machine);
    } finally {
      directory.close();
    }
  } catch (error) {
    signal.throwIfAborted();
    return { failed: reasonOf(error, url) };
  }
}

function unusable(value: string): never {
  throw new Failure('directory-address-wrong', { value });
}

/** @throws Failure secret-file-open, directory-file-unreadable */
function readSecret(file: string): string {
  const secret = readFile(file).replace(/\r?\n$/, '');
  if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0)
    throw new Failure('secret-file-open', { file });
  return secret;
}

function readFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new Failure('directory-file-unreadable', { file });
  }
}
