import { dirname, join, resolve } from 'node:path';
import { type RepositoryKey, readFolderIndex, readKeyFile } from '@tenkai/transfer/repository/index.ts';
import { settingsPath } from '../../settings.ts';
import type { Terminal } from '../../terminal.ts';

/** What every command that signs takes. */
export interface KeyOptions {
  /** Files; the first is the publisher's key. A key is never an argument itself. */
  readonly key?: readonly string[];
  readonly validDays?: number;
}

/** `~/.config/tenkai/repository-<name>.key`, unless told. */
export function defaultKeyPath(terminal: Terminal, name: string): string {
  const plain = name.replace(/[^A-Za-z0-9_-]/g, '-');
  return join(dirname(settingsPath(terminal)), `repository-${plain}.key`);
}

/** @throws Failure repository-missing, repository-key-file, repository-key-open */
export async function publisherOf(terminal: Terminal, folderText: string, options: KeyOptions) {
  const folder = resolve(terminal.cwd, folderText);
  const { index } = await readFolderIndex(folder);
  const paths = options.key ?? [defaultKeyPath(terminal, index.name)];
  const keys: RepositoryKey[] = [];
  for (const path of paths) keys.push(await readKeyFile(resolve(terminal.cwd, path)));
  return { folder, keys, now: Date.now(), validDays: options.validDays };
}
