import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorCode, NO_FOLLOW } from '../disk/durable.ts';
import { readFully, sha256Of } from '../disk/file-bytes.ts';
import { Failure as ContentFailure } from '../failures.ts';
import { type Download, type NetworkOptions, openDownload } from '../fetch/download.ts';
import { type FetchChunks, fetchChunks } from '../fetch/fetch-chunks.ts';
import type { ChunkWant } from '../fetch/fetch-part.ts';
import { get } from '../fetch/http-get.ts';
import { chunkPath } from '../manifest/manifest.ts';
import { Failure } from './failures.ts';

/** Where a repository is read from: a web server, or a folder that was carried across an air gap. */
export interface RepositorySource {
  /**
   * One small file, whole.
   * @throws Failure repository-unreachable, repository-invalid (longer than the limit); AbortError
   */
  read(path: string, limitBytes: number): Promise<Uint8Array>;
  /** Hands over each chunk verified. @throws Failure content-chunk-corrupt, content-unreachable, content-refused */
  chunks(wants: Iterable<ChunkWant>, accept: FetchChunks['accept']): Promise<void>;
}

export interface RepositorySourceOptions extends Omit<NetworkOptions, 'sources'> {
  /** `https://…`, `http://…` (the signatures protect, too) or `file:///…`. */
  readonly url: string;
  /** PEM certificates to trust instead of the system's. */
  readonly ca?: string | undefined;
}

export function openRepositorySource({ url, ca, ...network }: RepositorySourceOptions): RepositorySource {
  if (new URL(url).protocol === 'file:') return folderSource(fileURLToPath(url), network.signal);
  const options: NetworkOptions = { ...network, sources: [{ baseUrl: url, ...(ca ? { ca } : {}) }] };
  return {
    read: (path, limitBytes) => readRemote(options, path, limitBytes),
    chunks: (wants, accept) => fetchChunks({ ...options, wants, accept }),
  };
}

async function readRemote(options: NetworkOptions, path: string, limitBytes: number): Promise<Uint8Array> {
  const download = openDownload(options);
  try {
    for (;;) {
      const source = await download
        .nextSource(path, () => false)
        .catch((error: unknown) => {
          if (!(error instanceof ContentFailure)) throw error;
          throw unreachable(path, error.detail);
        });
      if (!source) throw unreachable(path, 'it refuses to answer');
      const found = await requestFile(download, { source, path, limitBytes });
      if (found) return found;
    }
  } finally {
    download.close();
  }
}

interface FileRequest {
  readonly source: NetworkOptions['sources'][number];
  readonly path: string;
  readonly limitBytes: number;
}

/** @returns undefined where another try may help */
async function requestFile(download: Download, { source, path, limitBytes }: FileRequest) {
  const parts: Uint8Array[] = [];
  let length = 0;
  const { status, problem, isTooLong } = await get(download.connectionTo(source), {
    path,
    signal: download.signal,
    onHead: (head) => head.status === 200 && !head.isEncoded,
    onBytes: (bytes) => {
      parts.push(Uint8Array.from(bytes));
      length += bytes.length;
      return length <= limitBytes;
    },
  });
  if (isTooLong)
    throw new Failure('repository-invalid', { path }, { detail: `longer than ${limitBytes} bytes` });
  if (status >= 300 && status < 500 && status !== 429)
    throw unreachable(path, `the web server answers ${status}`);
  if (status === 200 && problem === '') return Buffer.concat(parts);
  download.problems.set(source, status === 200 || status === 0 ? problem : `status ${status}`);
  download.choice.failed(source);
  return undefined;
}

function folderSource(root: string, signal: AbortSignal | undefined): RepositorySource {
  return {
    read: (path, limitBytes) => readLocal(root, path, limitBytes),
    async chunks(wants, accept) {
      for (const want of wants) {
        signal?.throwIfAborted();
        const path = chunkPath(want.sha256);
        const bytes = await readLocal(root, path, want.sizeBytes);
        if (bytes.length !== want.sizeBytes || sha256Of(bytes) !== want.sha256) throw corrupt(want, root);
        await accept(want, bytes);
      }
    },
  };
}

/** Regular files alone: a link could lead to whatever this process may read. */
async function readLocal(root: string, path: string, limitBytes: number): Promise<Buffer> {
  const handle = await open(
    join(root, path),
    constants.O_RDONLY | NO_FOLLOW | (constants.O_NONBLOCK ?? 0),
  ).catch((error: Error) => {
    throw unreachable(path, errorCode(error) || error.message);
  });
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw unreachable(path, 'it is no file');
    if (found.size > limitBytes) throw new Failure('repository-invalid', { path }, { detail: 'too long' });
    const bytes = Buffer.alloc(found.size);
    return bytes.subarray(0, await readFully(handle, bytes, 0));
  } finally {
    await handle.close();
  }
}

function corrupt({ path, chunk, sha256 }: ChunkWant, source: string): Failure {
  return new ContentFailure('content-chunk-corrupt', { path, chunk, source }, { detail: sha256 });
}

function unreachable(path: string, reason: string): Failure {
  return new Failure('repository-unreachable', { path, reason });
}
