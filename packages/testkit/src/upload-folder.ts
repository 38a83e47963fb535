import { contentRoutes } from '@tenkai/protocol';
import { problemFromBody } from '@tenkai/protocol/problem.ts';
import { buildManifest, chunkReader, type Manifest, uploadContent } from '@tenkai/transfer';
import type { TestServer } from './start-server.ts';

/** Brings folders to a test server as console and CLI do, and registers the manifest. */
export async function uploadFolder(server: TestServer, ...folders: string[]): Promise<Manifest> {
  const { manifest, sources, times } = await buildManifest({ folders });
  await uploadContent({
    manifest,
    readChunk: chunkReader(sources),
    attempts: 1,
    port: {
      missing: async (chunks) =>
        (await server.call(contentRoutes.missing, { body: { chunks: [...chunks] } })).missing,
      putChunk: async (sha256, bytes) => putChunk(server, sha256, bytes),
      postManifest: async (body) =>
        server.call(contentRoutes.manifest, {
          body: { manifest: body, fileTimes: Object.fromEntries(times) },
        }),
    },
  });
  return manifest;
}

/** One chunk through the door. @throws RemoteProblem */
export async function putChunk(server: TestServer, sha256: string, bytes: Uint8Array): Promise<void> {
  const answer = await server.kernel.http.fastify.inject({
    method: 'PUT',
    url: `/api/v1/content/chunks/${sha256}`,
    headers: {
      authorization: `Bearer ${await server.apiToken('operator')}`,
      'content-type': 'application/octet-stream',
    },
    payload: Buffer.from(bytes),
  });
  if (answer.statusCode >= 400) throw problemFromBody(answer.statusCode, answer.json());
}
