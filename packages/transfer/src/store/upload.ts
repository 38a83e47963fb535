/** The client's side of an upload; free of Node, so that console and CLI share it. */
import { Failure } from '../failures.ts';
import { inParallel } from '../in-parallel.ts';
import { distinctChunks, type Manifest, type ManifestFile } from '../manifest/manifest.ts';

/** The three requests of an upload. A port throws Failure with the server's code, or any other error for a broken line. */
export interface UploadPort {
  /** POST /api/v1/content/missing `{chunks}` -> `{missing}`; at most MISSING_LIMIT hashes a call. */
  missing(chunks: readonly string[], signal: AbortSignal | undefined): Promise<readonly string[]>;
  /** PUT /api/v1/content/chunks/<sha256>, body raw. */
  putChunk(sha256: string, bytes: Uint8Array, signal: AbortSignal | undefined): Promise<void>;
  /** POST /api/v1/content/manifests, body the manifest -> `{contentId}`. */
  postManifest(manifest: Manifest, signal: AbortSignal | undefined): Promise<{ contentId: string }>;
}

export interface UploadOptions {
  readonly manifest: Manifest;
  /** The bytes of one chunk, read again from where the manifest was built. */
  readonly readChunk: (file: ManifestFile, index: number) => Promise<Uint8Array>;
  readonly port: UploadPort;
  /** How many chunks are under way at once. */
  readonly parallel?: number;
  /** How often a request is tried before its error is final. */
  readonly attempts?: number;
  readonly random?: () => number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: UploadProgress) => void;
}

export interface UploadProgress {
  /** Bytes that the server has, whether sent now or there before. */
  readonly bytesDone: number;
  /** Bytes of all distinct chunks. */
  readonly bytesTotal: number;
  readonly bytesSent: number;
}

export interface UploadResult {
  readonly contentId: string;
  readonly bytesSent: number;
  readonly chunksSent: number;
  readonly chunksAlreadyThere: number;
}

/** How many hashes one question for missing chunks may hold. */
export const MISSING_LIMIT = 1000;

/**
 * Sends what the server does not have yet, then the manifest. Calling it again after any break continues, since the
 * server is asked first.
 * @throws Failure as the port's; content-upload-rejected when the server names another content; AbortError
 */
export async function uploadContent(options: UploadOptions): Promise<UploadResult> {
  try {
    return await uploadOnce(options);
  } catch (error) {
    // The server collected an old chunk as garbage between question and manifest; its second answer protects it.
    if (!(error instanceof Failure) || error.code !== 'content-chunk-missing') throw error;
    return await uploadOnce(options);
  }
}

async function uploadOnce(options: UploadOptions): Promise<UploadResult> {
  const { manifest, port, signal } = options;
  const chunks = distinctChunks(manifest);
  const missing = await askMissing(options, [...chunks.keys()]);
  const bytesTotal = sum([...chunks.values()].map((chunk) => chunk.sizeBytes));
  const bytesMissing = sum([...missing].map((sha256) => chunks.get(sha256)?.sizeBytes ?? 0));
  const report = (bytesSent: number) =>
    options.onProgress?.({ bytesDone: bytesTotal - bytesMissing + bytesSent, bytesTotal, bytesSent });
  report(0);
  const bytesSent = await sendChunks(options, missing, report);
  const { contentId } = await persistently(options, () => port.postManifest(manifest, signal));
  if (contentId !== manifest.contentId) {
    throw new Failure('content-upload-rejected', { contentId: manifest.contentId, answered: contentId });
  }
  return { contentId, bytesSent, chunksSent: missing.size, chunksAlreadyThere: chunks.size - missing.size };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

async function askMissing(options: UploadOptions, hashes: readonly string[]): Promise<Set<string>> {
  const missing = new Set<string>();
  for (let start = 0; start < hashes.length; start += MISSING_LIMIT) {
    const asked = hashes.slice(start, start + MISSING_LIMIT);
    const answer = await persistently(options, () => options.port.missing(asked, options.signal));
    const known = new Set(asked);
    for (const sha256 of answer) if (known.has(sha256)) missing.add(sha256);
  }
  return missing;
}

async function sendChunks(
  options: UploadOptions,
  missing: ReadonlySet<string>,
  report: (bytesSent: number) => void,
): Promise<number> {
  const { port, signal, parallel = 4 } = options;
  let bytesSent = 0;
  await inParallel({ items: placesOf(options.manifest, missing), limit: parallel, signal }, async (place) => {
    const bytes = await options.readChunk(place.file, place.index);
    await persistently(options, () => port.putChunk(place.sha256, bytes, signal));
    bytesSent += bytes.length;
    report(bytesSent);
  });
  return bytesSent;
}

function* placesOf(manifest: Manifest, missing: ReadonlySet<string>) {
  const left = new Set(missing);
  for (const file of manifest.files) {
    for (const [index, { sha256 }] of file.chunks.entries()) {
      if (left.delete(sha256)) yield { file, index, sha256 };
    }
  }
}

/** Tries again after a broken line or an overloaded server; a refusal is final at once. */
async function persistently<T>(options: UploadOptions, act: () => Promise<T>): Promise<T> {
  const { attempts = 6, random = Math.random, signal } = options;
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      return await act();
    } catch (error) {
      if (attempt >= attempts || signal?.aborted || !mayPass(error)) throw error;
      await pause(Math.min(15_000, 250 * 2 ** attempt) * (0.5 + random() / 2), signal);
    }
  }
}

function mayPass(error: unknown): boolean {
  return !(error instanceof Failure) || error.kind === 'unavailable' || error.kind === 'too-many';
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
