import type { Readable } from 'node:stream';
import { Failure } from '@tenkai/domain/failure.ts';
import { distributionPointRoutes } from '@tenkai/protocol/api/distribution-points.ts';
import { contentChunkPath, contentRoutes } from '@tenkai/protocol/api/packages.ts';
import { CHUNK_SIZE_BYTES, isSha256 } from '@tenkai/transfer';
import type { FastifyRequest } from 'fastify';
import type { Kernel } from '../../kernel/kernel.ts';
import { type ContentDeps, registerManifest } from './content.ts';
import { pointRow, pointRows } from './content.views.ts';
import { addPoint, changePoint, removePoint } from './points.ts';

type Deps = Kernel & ContentDeps;

export function addContentRoutes(deps: Deps) {
  const { http, store, db } = deps;
  addChunkUpload(deps);
  http.route(contentRoutes.missing, async ({ body }) => ({ missing: await store.missing(body.chunks) }));
  http.route(contentRoutes.manifest, async ({ caller, body }) => {
    const { contentId, totalBytes } = await registerManifest(deps, caller, body.manifest, body.fileTimes);
    return { contentId, totalBytes };
  });

  http.route(distributionPointRoutes.list, async () => ({ items: await pointRows(db.read) }));
  http.route(distributionPointRoutes.create, async ({ caller, body }) =>
    pointRow(db.read, await addPoint(deps, caller, body)),
  );
  http.route(distributionPointRoutes.update, async ({ caller, params, body }) => {
    const { revision, ...draft } = body;
    await changePoint(deps, caller, { id: params.id, revision, draft });
    return pointRow(db.read, params.id);
  });
  http.route(distributionPointRoutes.remove, async ({ caller, params }) => {
    await removePoint(deps, caller, params.id);
    return { ok: true } as const;
  });
}

/** The bytes of one chunk go to disk as they come, and count only when their hash is right. */
function addChunkUpload({ http, access, store }: Deps) {
  const accepts = 'application/octet-stream';
  http.fastify.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(accepts, (_request, payload, done) => done(null, payload));
    scope.put(
      contentChunkPath,
      {
        config: { accepts },
        onRequest: async (request) => {
          await access.admit(request, 'manage-packages');
          refuseWrongSize(request);
        },
      },
      async (request) => {
        const { sha256 } = request.params as { sha256: string };
        if (!isSha256(sha256))
          throw invalid('the last part of the path is not a SHA-256 in lower-case hexadecimal');
        // No body at all: fastify then asks no parser, and the chunk would be empty.
        if (!request.body) throw invalid('there is no body');
        // A refusal in the middle must neither cut the line on which it is sent nor leave the rest unread on it.
        const body = request.body as Readable;
        const bytes = body.iterator({ destroyOnReturn: false });
        const { sizeBytes } = await store.put(sha256, bytes).catch((cause: unknown) => {
          body.resume();
          throw isCorrupt(cause) ? new Failure('upload-corrupt', { sha256 }, { cause }) : cause;
        });
        return { sizeBytes };
      },
    );
  });
}

/** Said before the body is read, so that too large a one is not sent in vain. */
function refuseWrongSize(request: FastifyRequest) {
  const length = Number(request.headers['content-length'] ?? 0);
  if (length > CHUNK_SIZE_BYTES) throw new Failure('content-too-large', { limitBytes: CHUNK_SIZE_BYTES });
}

/** At a distribution point that is our fault; here it is the sender's. */
function isCorrupt(error: unknown): boolean {
  return error instanceof Failure && error.code === 'content-chunk-corrupt';
}

function invalid(detail: string): Failure {
  return new Failure('invalid-request', {}, { detail });
}
