import { contentChunkPath, contentRoutes } from '@tenkai/protocol/api/packages.ts';
import { address } from '@tenkai/protocol/client.ts';
import { problemFromBody, RemoteProblem } from '@tenkai/protocol/problem.ts';
import {
  CHUNK_SIZE_BYTES,
  canonicalManifest,
  type ManifestFile,
  manifestBody,
} from '@tenkai/transfer/manifest/manifest.ts';
import { checkManifestBody } from '@tenkai/transfer/manifest/manifest-check.ts';
import { call, requestHeaders } from '../../../api/client.ts';
import { sha256Hex } from './hash-file.ts';
import { startHasher } from './hasher.ts';
import type { PickedFile } from './picked-files.ts';

export interface UploadProgress {
  readonly phase: 'hashing' | 'sending' | 'sealing';
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

export interface UploadedContent {
  readonly contentId: string;
  readonly totalBytes: number;
  /** Bytes that the site did not have yet. */
  readonly sentBytes: number;
}

interface Options {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: UploadProgress) => void;
}

/** Hashes asked for in one request. */
const askedAtOnce = 50_000;
const sentAtOnce = 4;

/**
 * Brings files to the site: every chunk is hashed here, only what the site lacks is sent, and a manifest names the
 * whole. What was sent stays there, so an upload that broke off goes on where it stopped.
 * @throws RemoteProblem, Failure content-*, Error when a file can no longer be read
 */
export async function uploadContent(
  files: readonly PickedFile[],
  options: Options,
): Promise<UploadedContent> {
  const hashed = await hashAll(files, options);
  const body = checkManifestBody(manifestBody(hashed));
  const places = placesOf(files, hashed);
  const missing = await missingOf([...places.keys()], options.signal);
  const sentBytes = await sendAll(missing, places, options);
  options.onProgress({ phase: 'sealing', bytesDone: sentBytes, bytesTotal: sentBytes });
  const contentId = await sha256Hex(new TextEncoder().encode(canonicalManifest(body)));
  const sealed = await call(contentRoutes.manifest, {
    body: { manifest: { contentId, ...body }, fileTimes: timesOf(files) },
    signal: options.signal,
  });
  return { ...sealed, sentBytes };
}

function timesOf(files: readonly PickedFile[]): Record<string, number> {
  return Object.fromEntries(files.map(({ path, file }) => [path, Math.max(0, file.lastModified)]));
}

async function hashAll(
  files: readonly PickedFile[],
  { signal, onProgress }: Options,
): Promise<ManifestFile[]> {
  const bytesTotal = files.reduce((sum, { file }) => sum + file.size, 0);
  let bytesDone = 0;
  const hasher = startHasher();
  const stop = () => hasher.stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const hashed: ManifestFile[] = [];
    for (const { path, file } of files) {
      signal.throwIfAborted();
      const result = await hasher.hash(file, (bytes) => {
        bytesDone += bytes;
        onProgress({ phase: 'hashing', bytesDone, bytesTotal });
      });
      hashed.push({ path, ...result });
    }
    return hashed;
  } finally {
    signal.removeEventListener('abort', stop);
    hasher.stop();
  }
}

/** Where the bytes of each chunk can be read again. */
function placesOf(files: readonly PickedFile[], hashed: readonly ManifestFile[]): Map<string, Blob> {
  const places = new Map<string, Blob>();
  hashed.forEach(({ chunks }, at) => {
    const file = files[at]?.file;
    chunks.forEach(({ sha256, sizeBytes }, index) => {
      const from = index * CHUNK_SIZE_BYTES;
      if (file) places.set(sha256, file.slice(from, from + sizeBytes));
    });
  });
  return places;
}

async function missingOf(chunks: readonly string[], signal: AbortSignal): Promise<string[]> {
  const missing: string[] = [];
  for (let from = 0; from < chunks.length; from += askedAtOnce) {
    const body = { chunks: chunks.slice(from, from + askedAtOnce) };
    missing.push(...(await call(contentRoutes.missing, { body, signal })).missing);
  }
  return missing;
}

async function sendAll(
  missing: readonly string[],
  places: ReadonlyMap<string, Blob>,
  { signal, onProgress }: Options,
): Promise<number> {
  const waiting = [...missing];
  const bytesTotal = missing.reduce((sum, sha256) => sum + (places.get(sha256)?.size ?? 0), 0);
  let bytesDone = 0;
  onProgress({ phase: 'sending', bytesDone, bytesTotal });
  // One that fails ends the others: its reason is what the user is told.
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const lane = async () => {
    for (let sha256 = waiting.shift(); sha256 !== undefined; sha256 = waiting.shift()) {
      const bytes = places.get(sha256) as Blob;
      await sendChunk(sha256, bytes, either);
      bytesDone += bytes.size;
      onProgress({ phase: 'sending', bytesDone, bytesTotal });
    }
  };
  try {
    await Promise.all(Array.from({ length: sentAtOnce }, lane));
  } catch (error) {
    failed.abort();
    throw error;
  }
  return bytesDone;
}

const waitsMs = [500, 2000, 8000] as const;
const chunkTimeoutMs = 120_000;

/** A line that breaks, or a site that restarts, is tried again; a refusal is not. */
async function sendChunk(sha256: string, bytes: Blob, signal: AbortSignal): Promise<void> {
  for (const waitMs of [...waitsMs, undefined]) {
    const problem = await trySend(sha256, bytes, signal);
    if (problem === undefined) return;
    if (waitMs === undefined || (problem.status !== 0 && problem.status < 500)) throw problem;
    await pause(waitMs, signal);
  }
}

async function trySend(sha256: string, bytes: Blob, signal: AbortSignal): Promise<RemoteProblem | undefined> {
  try {
    const response = await fetch(address(contentChunkPath, { sha256 }), {
      method: 'PUT',
      headers: { 'content-type': 'application/octet-stream', ...requestHeaders() },
      body: bytes,
      credentials: 'same-origin',
      signal: AbortSignal.any([signal, AbortSignal.timeout(chunkTimeoutMs)]),
    });
    if (response.ok) return undefined;
    return problemFromBody(response.status, await response.json().catch(() => null));
  } catch (error) {
    signal.throwIfAborted();
    return new RemoteProblem(0, {
      code: 'site-unreachable',
      message: 'The site cannot be reached.',
      detail: error instanceof Error ? error.message : '',
      remedy: 'Check the network and whether the site is running.',
    });
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
