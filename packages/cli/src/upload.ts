import { allFailures, Failure } from '@tenkai/domain/failure.ts';
import { contentChunkPath, contentRoutes } from '@tenkai/protocol/api/packages.ts';
import { problemFromBody, RemoteProblem } from '@tenkai/protocol/problem.ts';
import {
  type BuiltManifest,
  buildManifest,
  chunkReader,
  type UploadPort,
  uploadContent,
} from '@tenkai/transfer';
import type { Connection } from './connection.ts';
import './failures.ts';
import { bytesText } from './format.ts';
import { startProgress } from './progress.ts';
import type { Session } from './session.ts';

const chunkTimeoutMs = 120_000;

/** Reads and hashes folders, with a bar. @throws Failure as buildManifest */
export async function readFolders(
  { output, signal }: Session,
  folders: readonly string[],
): Promise<BuiltManifest> {
  const progress = startProgress(output, 'Hashing  ');
  try {
    return await buildManifest({
      folders,
      signal,
      onProgress: ({ bytesDone, bytesTotal }) => progress.to(bytesDone, bytesTotal),
    });
  } finally {
    progress.end();
  }
}

/** Brings content to the site: only what is not there yet, so that a second call goes on where the first stopped. */
export async function uploadBuilt(
  session: Session,
  { manifest, sources, times }: BuiltManifest,
): Promise<string> {
  const { output, signal } = session;
  const port = portOf(await session.connect(), times);
  const progress = startProgress(output, 'Uploading');
  try {
    const result = await uploadContent({
      manifest,
      readChunk: chunkReader(sources),
      port,
      signal,
      onProgress: ({ bytesDone, bytesTotal }) => progress.to(bytesDone, bytesTotal),
    });
    const files = `${manifest.files.length} file${manifest.files.length === 1 ? '' : 's'}`;
    output.note(`${files}, ${bytesText(manifest.totalBytes)}; ${bytesText(result.bytesSent)} sent`);
    return result.contentId;
  } finally {
    progress.end();
  }
}

function portOf({ client, url, headers }: Connection, times: ReadonlyMap<string, number>): UploadPort {
  const fileTimes = Object.fromEntries(times);
  return {
    missing: (chunks, signal) =>
      translated(async () => {
        const input = { body: { chunks: [...chunks] }, ...(signal ? { signal } : {}) };
        return (await client(contentRoutes.missing, input)).missing;
      }),
    postManifest: (manifest, signal) =>
      translated(() =>
        client(contentRoutes.manifest, { body: { manifest, fileTimes }, ...(signal ? { signal } : {}) }),
      ),
    putChunk: (sha256, bytes, signal) =>
      translated(async () => {
        const limit = AbortSignal.timeout(chunkTimeoutMs);
        const response = await fetch(url + contentChunkPath.replace(':sha256', sha256), {
          method: 'PUT',
          headers: { ...headers, 'content-type': 'application/octet-stream' },
          body: bytes as Uint8Array<ArrayBuffer>,
          signal: signal ? AbortSignal.any([signal, limit]) : limit,
        });
        const text = await response.text();
        if (!response.ok) throw problemFromBody(response.status, parsed(text));
      }),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A refusal is final; a broken line or a site that is starting is worth another try. */
async function translated<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof RemoteProblem)) throw error;
    const { status, problem } = error;
    if (status === 0 || status === 429 || status >= 500) throw new Error(problem.message, { cause: error });
    const code = problem.code in allFailures() ? problem.code : 'remote-refusal';
    throw new Failure(code, { message: problem.message }, { detail: problem.detail, cause: error });
  }
}
