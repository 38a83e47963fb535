import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { draftRefusal, Failure, type PackageDraft, packageDraftProblems } from '@tenkai/domain';
import { packageRoutes } from '@tenkai/protocol/api/packages.ts';
import {
  CHUNK_SIZE_BYTES,
  chunkPath,
  chunkReader,
  manifestPath,
  parseSignedManifest,
} from '@tenkai/transfer';
import { type Publication, publishPackages } from '@tenkai/transfer/repository/index.ts';
import type { Command } from 'commander';
import { type ContentInput, contentInput } from '../../content-input.ts';
import { bytesText, timeText } from '../../format.ts';
import { acting, type Cli, type Session } from '../../session.ts';
import { readFolders } from '../../upload.ts';
import { addKeyOptions } from '../repository/repository-folder.ts';
import { type KeyOptions, publisherOf } from '../repository/repository-key.ts';
import { draftFrom } from './package-draft.ts';
import { addPackageOptions, type PackageOptions } from './package-options.ts';

interface PublishOptions extends PackageOptions, KeyOptions {
  readonly repository: string;
}

export function addPublishCommand(noun: Command, cli: Cli) {
  addKeyOptions(addPackageOptions(noun.command('publish')))
    .description('publish packages of the site, or folders or one .deb or .rpm file, to a package repository')
    .argument('<packages...>', 'package IDs of the site; or paths as of create, which ask no site')
    .requiredOption('--repository <folder>', 'folder of the repository, made by tenkai repository init')
    .addHelpText('after', examples)
    .action(acting(cli, publish));
}

const examples = `
Examples:
  tenkai package publish hello nginx --repository /srv/packages
  tenkai package publish ./hello_2.12-1_amd64.deb --urgency high --repository /srv/packages
Whoever reads the repository meanwhile finds the old index or the new one, never half of it.`;

async function publish(session: Session, given: string[], options: PublishOptions) {
  const { terminal, output, signal } = session;
  const publisher = { ...(await publisherOf(terminal, options.repository, options)), signal };
  const local = await arePaths(session, given);
  const input = local ? await contentInput(session, given) : undefined;
  try {
    const publications = input
      ? [await fromFolders(session, input, options)]
      : await Promise.all(given.map((id) => fromSite(session, id)));
    const { index, changed, bytesAdded } = await publishPackages(publisher, publications);
    const { version, expiresAt } = index;
    const fingerprint = publisher.keys[0]?.fingerprint;
    const result = { repository: publisher.folder, version, expiresAt, changed, bytesAdded, fingerprint };
    output.result(result, () =>
      changed.length === 0
        ? `Nothing differs from index ${version}, good until ${timeText(expiresAt)}`
        : `Published ${changed.join(', ')} (${bytesText(bytesAdded)} added) as index ${version}, good until ${timeText(expiresAt)}`,
    );
  } finally {
    await input?.clean();
  }
}

/** An ID has neither slash nor dot; what is on the disk under this very name is a path all the same. */
async function arePaths({ terminal }: Session, given: readonly string[]): Promise<boolean> {
  const isPath = await Promise.all(
    given.map(async (text) => {
      if (!/^[A-Za-z0-9_-]{1,63}$/.test(text)) return true;
      return (await stat(resolve(terminal.cwd, text)).catch(() => undefined))?.isDirectory() ?? false;
    }),
  );
  if (isPath.every(Boolean)) return true;
  if (!isPath.some(Boolean)) return false;
  const problem = 'Give package IDs, or paths, but not both at once.';
  throw new Failure('usage-wrong', { problem, command: 'tenkai package publish' });
}

async function fromFolders(
  session: Session,
  input: ContentInput,
  options: PublishOptions,
): Promise<Publication> {
  const draft = await draftFrom(session.terminal, options, input.known);
  const { manifest, sources } = await readFolders(session, input.folders);
  const problems = packageDraftProblems(
    draft,
    manifest.files.map((file) => file.path),
  );
  if (problems.length > 0) throw draftRefusal('package', problems);
  const read = chunkReader(sources);
  const places = new Map(
    manifest.files.flatMap((file) =>
      file.chunks.map(({ sha256 }, index) => [sha256, { file, index }] as const),
    ),
  );
  return {
    draft,
    manifest,
    readChunk: async (sha256) => {
      const place = places.get(sha256);
      if (!place) throw new Failure('content-chunk-missing', { sha256 });
      return read(place.file, place.index);
    },
  };
}

async function fromSite(session: Session, id: string): Promise<Publication> {
  const { client } = await session.connect();
  const { draft, contentId } = await client(packageRoutes.get, { params: { id } });
  if (contentId === null) return publication(draft, null, session);
  const bytes = await download(session, manifestPath(contentId), 64 * 1024 * 1024);
  return publication(draft, parseSignedManifest(bytes, { contentId }).manifest, session);
}

function publication(draft: PackageDraft, manifest: Publication['manifest'], session: Session): Publication {
  return { draft, manifest, readChunk: (sha256) => download(session, chunkPath(sha256), CHUNK_SIZE_BYTES) };
}

const downloadTimeoutMs = 120_000;

/** @throws Failure remote-refusal */
async function download({ connect, signal }: Session, path: string, limitBytes: number): Promise<Uint8Array> {
  const { url, headers } = await connect();
  const limit = AbortSignal.any([signal, AbortSignal.timeout(downloadTimeoutMs)]);
  const response = await fetch(`${url}/content/${path}`, { headers, signal: limit, redirect: 'error' });
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (!response.ok || bytes.length > limitBytes)
    throw new Failure('remote-refusal', { message: `${path}: status ${response.status}` });
  return bytes;
}
