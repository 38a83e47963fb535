import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '@tenkai/domain/failure.ts';
import { CHUNK_SIZE_BYTES, type ChunkStore, isSha256, manifestPath } from '@tenkai/transfer';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Kernel } from '../../kernel/kernel.ts';
import { type OpenFile, sendFile } from './send-file.ts';

interface Deps extends Pick<Kernel, 'http' | 'access'> {
  readonly store: ChunkStore;
}

const forEver = 'private, max-age=31536000, immutable';

/** Content as every distribution point serves it, here for agents with their token and for signed-in users. */
export function addContentFiles({ http, access, store }: Deps) {
  const onRequest = (request: FastifyRequest) => admitReader(access, request);
  http.fastify.get('/content/objects/:prefix/:sha256', { onRequest }, async (request, reply) => {
    const { prefix, sha256 } = request.params as { prefix: string; sha256: string };
    if (!isSha256(sha256) || !sha256.startsWith(prefix) || prefix.length !== 2) throw noChunk(sha256);
    const { handle, sizeBytes } = await store.open(sha256);
    return finish(request, reply, {
      handle,
      sizeBytes,
      etag: `"${sha256}"`,
      contentType: 'application/octet-stream',
      cacheControl: forEver,
    });
  });
  http.fastify.get('/content/manifests/:name', { onRequest }, async (request, reply) => {
    const { name } = request.params as { name: string };
    const contentId = /^([0-9a-f]{64})\.json$/.exec(name)?.[1];
    if (!contentId) throw new Failure('not-found', { what: 'content', id: name.slice(0, 80) });
    return finish(request, reply, await openManifest(store, contentId));
  });
}

async function finish(request: FastifyRequest, reply: FastifyReply, file: OpenFile) {
  await sendFile(request, reply, file);
  return reply;
}

/**
 * Agents by their token, people and their programs by session or API token.
 * @throws Failure agent-token-invalid, not-signed-in, not-allowed
 */
export async function admitReader(access: Kernel['access'], request: FastifyRequest): Promise<void> {
  if (/^Bearer tka1\./i.test(request.headers.authorization ?? '')) access.admitAgent(request.headers);
  else await access.admit(request, 'view');
}

/** Signed anew when the site's key changes: its tag is that of its bytes, and caches ask again. */
async function openManifest(store: ChunkStore, contentId: string): Promise<OpenFile> {
  const handle = await open(join(store.root, manifestPath(contentId)), 'r').catch((cause: unknown) => {
    throw new Failure('not-found', { what: 'content', id: contentId }, { cause });
  });
  try {
    const hash = createHash('sha256');
    for await (const part of handle.createReadStream({
      autoClose: false,
      start: 0,
      highWaterMark: CHUNK_SIZE_BYTES,
    })) {
      hash.update(part);
    }
    const { size } = await handle.stat();
    const etag = `"${hash.digest('hex')}"`;
    return {
      handle,
      sizeBytes: size,
      etag,
      contentType: 'application/json',
      cacheControl: 'private, no-cache',
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function noChunk(sha256: string): Failure {
  return new Failure('content-chunk-missing', { sha256: sha256.slice(0, 80) });
}
