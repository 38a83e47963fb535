import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { Failure } from '@tenkai/domain';
import type { Manifest, ManifestFile } from '@tenkai/transfer';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Kernel } from '../../kernel/kernel.ts';
import { admitReader, type Content, sendFile } from '../content/index.ts';
import { packageRow } from './packages.views.ts';

type Deps = Pick<Kernel, 'http' | 'access' | 'db'> & { readonly content: Content };

/**
 * The plain files of a package's newest revision over HTTPS, for people and for tools that know no manifest:
 * `/content/packages/<package ID>/` lists them, `/content/packages/<package ID>/<path>` is one (DIST-27, DIST-03).
 */
export function addPackageFiles({ http, access, db, content }: Deps) {
  const onRequest = (request: FastifyRequest) => admitReader(access, request);
  http.fastify.get('/content/packages/:id/*', { onRequest }, async (request, reply) => {
    const { id, '*': path } = request.params as { id: string; '*': string };
    const { contentId } = await packageRow(db.read, id);
    if (contentId === null) throw noFile(path);
    const manifest = await content.manifest(contentId);
    if (path === '') {
      const files = listOf(manifest, await content.fileTimes(contentId));
      return { contentId, totalBytes: manifest.totalBytes, files };
    }
    const file = manifest.files.find((candidate) => candidate.path === path);
    if (!file) throw noFile(path);
    return sendPlain(content, file, request, reply);
  });
}

function listOf({ files }: Manifest, times: ReadonlyMap<string, number>) {
  return files.map(({ path, sizeBytes, isExecutable }) => {
    return { path, sizeBytes, isExecutable, modifiedAt: times.get(path) ?? null };
  });
}

function noFile(path: string): Failure {
  return new Failure('not-found', { what: 'file', id: path.slice(0, 200) });
}

/** One chunk is a file already; of several the file is put together on the way. */
export async function sendPlain(
  content: Content,
  file: ManifestFile,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const [only, ...others] = file.chunks;
  if (only && others.length === 0) {
    await sendFile(request, reply, {
      handle: await open(content.pathOfChunk(only.sha256), 'r'),
      sizeBytes: file.sizeBytes,
      etag: `"${only.sha256}"`,
      contentType: 'application/octet-stream',
      cacheControl: 'private, no-cache',
    });
    return reply;
  }
  reply.type('application/octet-stream').header('content-length', file.sizeBytes);
  return reply.send(Readable.from(chunksOf(content, file)));
}

async function* chunksOf(content: Content, file: ManifestFile) {
  for (const { sha256 } of file.chunks) yield* createReadStream(content.pathOfChunk(sha256));
}
