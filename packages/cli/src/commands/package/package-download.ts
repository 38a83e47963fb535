import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, utimes } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Failure } from '@tenkai/domain';
import { type PackageFile, packageRoutes } from '@tenkai/protocol/api/packages.ts';
import { problemFromBody } from '@tenkai/protocol/problem.ts';
import { checkContentPath } from '@tenkai/transfer';
import type { Command } from 'commander';
import type { Connection } from '../../connection.ts';
import { bytesText, countText } from '../../format.ts';
import { acting, type Cli, type Session } from '../../session.ts';

/** Of one file. */
const limitMs = 30 * 60_000;

export function addDownloadCommand(noun: Command, cli: Cli) {
  noun
    .command('download')
    .description('bring the files of a package here, with the times of their sources')
    .argument('<id>', 'package ID')
    .argument('[paths...]', 'files of it, as "show --files" lists them; none: all')
    .option('--to <folder>', 'folder for them; made where it does not exist', '.')
    .action(acting(cli, downloadFiles));
}

async function downloadFiles(session: Session, id: string, paths: string[], { to }: { to: string }) {
  const connection = await session.connect();
  const { files } = await connection.client(packageRoutes.get, { params: { id } });
  const wanted = paths.length === 0 ? files : paths.map((path) => requireFile(files, path));
  const folder = resolve(session.terminal.cwd, to);
  for (const file of wanted) await downloadFile(session, connection, { id, file, folder });
  const bytes = wanted.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const result = { folder, files: wanted.map(({ path }) => path), bytes };
  session.output.result(
    result,
    () => `${countText(wanted.length, 'file')}, ${bytesText(bytes)}, in ${folder}`,
  );
}

function requireFile(files: readonly PackageFile[], path: string): PackageFile {
  const file = files.find((one) => one.path === path);
  if (!file) throw new Failure('not-found', { what: 'file', id: path });
  return file;
}

interface Wanted {
  readonly id: string;
  readonly file: PackageFile;
  readonly folder: string;
}

/** Under another name until it is whole, so that nobody takes a part of it for the file. */
async function downloadFile(
  { signal }: Session,
  connection: Connection,
  { id, file, folder }: Wanted,
): Promise<void> {
  // No answer of a site may lead out of the folder.
  checkContentPath(file.path);
  const target = join(folder, file.path);
  const part = `${target}.part`;
  await mkdir(dirname(target), { recursive: true });
  try {
    await receive(connection, { id, file, part }, AbortSignal.any([signal, AbortSignal.timeout(limitMs)]));
    if (file.modifiedAt !== null) await utimes(part, new Date(), new Date(file.modifiedAt));
    await rename(part, target);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

async function receive(
  { url, headers }: Connection,
  { id, file, part }: { id: string; file: PackageFile; part: string },
  signal: AbortSignal,
) {
  const path = file.path.split('/').map(encodeURIComponent).join('/');
  const address = `${url}/content/packages/${encodeURIComponent(id)}/${path}`;
  const response = await fetch(address, { headers, signal });
  if (!response.ok || !response.body)
    throw problemFromBody(response.status, await response.json().catch(() => null));
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const counted = async function* (source: AsyncIterable<Uint8Array>) {
    for await (const bytes of source) {
      hash.update(bytes);
      sizeBytes += bytes.length;
      yield bytes;
    }
  };
  await pipeline(counted(response.body), createWriteStream(part), { signal });
  const sha256 = hash.digest('hex');
  if (sizeBytes !== file.sizeBytes || (file.sha256 !== null && sha256 !== file.sha256))
    throw new Failure('content-chunk-corrupt', { chunk: sha256, path: file.path, source: address });
}
