import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Failure } from '@tenkai/domain/failure.ts';
import {
  createKeyFile,
  initRepository,
  pruneRepository,
  type RepositoryEntry,
  type RepositoryIndex,
  readFolderIndex,
  readKeyFile,
  refreshRepository,
  refuseKeyInside,
  verifyRepository,
  withdrawPackages,
} from '@tenkai/transfer/repository/index.ts';
import { type Command, InvalidArgumentError } from 'commander';
import { bytesText, countText, timeText } from '../../format.ts';
import { acting, type Cli, type Session } from '../../session.ts';
import type { Column } from '../../table.ts';
import { defaultKeyPath, type KeyOptions, publisherOf } from './repository-key.ts';

/** The publisher's half: a folder that any static web server serves. These commands ask no site. */
export function addRepositoryFolderCommands(noun: Command, cli: Cli) {
  noun
    .command('init')
    .description('make an empty repository in a folder, and the key pair that signs it')
    .argument('<folder>', 'new or empty folder that a web server publishes')
    .option('--name <text>', 'name of the repository', 'packages')
    .option('--key <file>', 'where the private key goes; a key that is there already is used')
    .option('--valid-days <number>', 'how long an index is good', days, 30)
    .action(acting(cli, initFolder));
  addKeyOptions(noun.command('refresh'))
    .description('sign the index anew before it expires; two --key change the key')
    .argument('<folder>', 'folder of the repository')
    .action(acting(cli, refreshFolder));
  addKeyOptions(noun.command('withdraw'))
    .description('take packages out of the index; sites keep what they have')
    .argument('<folder>', 'folder of the repository')
    .argument('<ids...>', 'package IDs')
    .action(acting(cli, withdrawFromFolder));
  noun
    .command('verify')
    .description('read everything that the index names, and compare with signature and hashes')
    .argument('<folder>', 'folder of the repository')
    .option('--fingerprint <hex>', 'the key that must have signed')
    .action(acting(cli, verifyFolder));
  noun
    .command('prune')
    .description('delete files that the index does not name any more')
    .argument('<folder>', 'folder of the repository')
    .option('--keep-days <number>', 'younger ones stay, for sites that read an older index', days, 7)
    .action(acting(cli, pruneFolder));
}

export function addKeyOptions(command: Command): Command {
  return command
    .option('--key <file...>', 'private key that signs (default: the one that init made)')
    .option('--valid-days <number>', 'how long the new index is good (default: as before)', days);
}

function days(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= 3650) return value;
  throw new InvalidArgumentError('It must be a number of days.');
}

interface InitOptions {
  readonly name: string;
  readonly key?: string;
  readonly validDays: number;
}

async function initFolder({ terminal, output }: Session, folderText: string, options: InitOptions) {
  const folder = resolve(terminal.cwd, folderText);
  const keyPath = resolve(terminal.cwd, options.key ?? defaultKeyPath(terminal, options.name));
  await refuseKeyInside(folder, keyPath);
  const { key, isNew } = await createOrReadKey(keyPath);
  const { name, validDays } = options;
  const index = await initRepository({ folder, keys: [key], now: Date.now(), name, validDays });
  const made = { folder, name, keyPath, isNewKey: isNew, fingerprint: key.fingerprint, index };
  output.result(made, () =>
    output.properties([
      ['Repository', folder],
      ['Private key', `${keyPath} (keep it safe; whoever has it can publish)`],
      ['Fingerprint', `${key.fingerprint} (give it to the sites)`],
      ['Index expires', timeText(index.expiresAt)],
    ]),
  );
}

async function createOrReadKey(path: string) {
  try {
    return { key: await readKeyFile(path), isNew: false };
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'repository-key-file' || (await exists(path)))
      throw error;
    return { key: await createKeyFile(path), isNew: true };
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function refreshFolder({ terminal, output }: Session, folder: string, options: KeyOptions) {
  const index = await refreshRepository(await publisherOf(terminal, folder, options));
  output.result(index, () => `Index ${index.version}, good until ${timeText(index.expiresAt)}`);
}

async function withdrawFromFolder(
  { terminal, output }: Session,
  folder: string,
  ids: string[],
  options: KeyOptions,
) {
  const index = await withdrawPackages(await publisherOf(terminal, folder, options), ids);
  output.result(index, () => `Index ${index.version} does not name ${ids.join(', ')} any more`);
}

async function verifyFolder(
  { terminal, output, signal }: Session,
  folderText: string,
  { fingerprint }: { fingerprint?: string },
) {
  const folder = resolve(terminal.cwd, folderText);
  const report = await verifyRepository({ folder, now: Date.now(), fingerprint, signal });
  const { index, problems, fingerprints, chunks } = report;
  output.result({ ...report, index: { ...index, packages: index.packages.length } }, () =>
    [
      output.properties([
        ['Index', `${index.version}, good until ${timeText(index.expiresAt)}`],
        ['Signed by', fingerprints.join(', ') || '-'],
        ['Packages', `${index.packages.length}, ${chunks} parts read`],
      ]),
      ...problems.map((problem) => output.style.bad(problem)),
    ].join('\n'),
  );
  if (problems.length > 0) throw new Failure('repository-bad', { folder, count: problems.length });
}

async function pruneFolder(
  { terminal, output, signal }: Session,
  folderText: string,
  { keepDays }: { keepDays: number },
) {
  const folder = resolve(terminal.cwd, folderText);
  const report = await pruneRepository({ folder, now: Date.now(), signal }, keepDays * 86_400_000);
  output.result(
    report,
    () =>
      `Deleted ${countText(report.deletedFiles, 'file')} and ${countText(report.deletedChunks, 'part')}, ${bytesText(report.freedBytes)}`,
  );
}

const columns: readonly Column<RepositoryEntry>[] = [
  { title: 'Revision', value: (row) => String(row.revision), align: 'right' },
  { title: 'Size', value: (row) => bytesText(row.contentBytes), align: 'right' },
  { title: 'ID', value: (row) => row.id },
];

/** What a folder's index says; its signature is for verify. */
export async function listFolder({ terminal, output }: Session, folderText: string) {
  const { index } = await readFolderIndex(resolve(terminal.cwd, folderText));
  output.result(index, () => `${output.table(index.packages, columns, 'It is empty.')}\n${lineOf(index)}`);
}

function lineOf({ name, version, expiresAt }: RepositoryIndex): string {
  return `${name}, index ${version}, good until ${timeText(expiresAt)}`;
}
