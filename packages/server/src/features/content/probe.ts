import { createHash } from 'node:crypto';
import {
  chunkPath,
  distinctChunks,
  inParallel,
  type Manifest,
  manifestPath,
  parseSignedManifest,
} from '@tenkai/transfer';

/** Longest wait for one answer of a distribution point. */
const answerWithinMs = 15_000;
const atOnce = 8;

export interface Probe {
  readonly baseUrl: string;
  readonly signal: AbortSignal;
}

/**
 * Asks a distribution point as an agent would, and reads nothing but heads and the manifest.
 * @throws Error that says what is not there, for people
 */
export async function probeContent({ baseUrl, signal }: Probe, manifest: Manifest): Promise<void> {
  await probeManifest({ baseUrl, signal }, manifest.contentId);
  const chunks = [...distinctChunks(manifest).values()];
  await inParallel({ items: chunks, limit: atOnce, signal }, async ({ sha256, sizeBytes }) => {
    const url = `${baseUrl}/${chunkPath(sha256)}`;
    const response = await ask(url, 'HEAD', signal);
    const length = response.headers.get('content-length');
    if (length !== null && Number(length) !== sizeBytes) {
      throw new Error(`${url} has ${length} bytes instead of ${sizeBytes}`);
    }
  });
}

/** @throws Error where the address does not serve this manifest */
export async function probeManifest({ baseUrl, signal }: Probe, contentId: string): Promise<void> {
  const url = `${baseUrl}/${manifestPath(contentId)}`;
  const response = await ask(url, 'GET', signal);
  try {
    parseSignedManifest(Buffer.from(await response.arrayBuffer()), { contentId });
  } catch (cause) {
    throw new Error(`${url} is not the manifest that was published`, { cause });
  }
}

/** Hash of what the address serves for a chunk; undefined: nothing is there. */
export async function hashOfRemote({ baseUrl, signal }: Probe, sha256: string): Promise<string | undefined> {
  const response = await send(`${baseUrl}/${chunkPath(sha256)}`, 'GET', signal);
  if (response.status === 404) return undefined;
  requireOk(response);
  const hash = createHash('sha256');
  for await (const part of response.body ?? []) hash.update(part);
  return hash.digest('hex');
}

/** @throws Error where there is no such chunk */
export async function readRemote({ baseUrl, signal }: Probe, sha256: string): Promise<Buffer> {
  return Buffer.from(await (await ask(`${baseUrl}/${chunkPath(sha256)}`, 'GET', signal)).arrayBuffer());
}

async function ask(url: string, method: 'GET' | 'HEAD', signal: AbortSignal): Promise<Response> {
  return requireOk(await send(url, method, signal));
}

function requireOk(response: Response): Response {
  if (!response.ok) throw new Error(`${response.url} answers ${response.status}`);
  return response;
}

async function send(url: string, method: 'GET' | 'HEAD', signal: AbortSignal): Promise<Response> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]);
  try {
    // An encoded answer has another length and another hash.
    return await fetch(url, {
      method,
      headers: { 'accept-encoding': 'identity' },
      redirect: 'error',
      signal: limit,
    });
  } catch (error) {
    signal.throwIfAborted();
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    throw new Error(`${url}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause: error });
  }
}
