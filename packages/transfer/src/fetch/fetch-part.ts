import { createHash, type Hash } from 'node:crypto';
import { Failure } from '../failures.ts';
import { chunkPath } from '../manifest/manifest.ts';
import { type Download, sourceName, unreachable } from './download.ts';
import { type GetResult, get, type Head } from './http-get.ts';
import type { ContentSource } from './source-choice.ts';

export interface PartOptions {
  readonly want: ChunkWant;
  /** Where the bytes go; exactly as long as the chunk. */
  readonly bytes: Buffer<ArrayBuffer>;
  readonly onReceived?: ((bytes: number) => void) | undefined;
}

/** A chunk on its way. */
interface Part extends PartOptions {
  received: number;
  /** Of the first `hashed` bytes received. */
  hash: Hash;
  hashed: number;
  /** The most that has been received at any time: only more than that is progress. */
  highest: number;
  /** Who sent what has been received so far. */
  senders: Set<ContentSource>;
  /** After a mixture of two sources came out damaged, only one source's bytes can tell which of them is to blame. */
  isMixingAllowed: boolean;
  /** How often a source delivered the chunk damaged. */
  readonly strikes: Map<ContentSource, number>;
  /** Sources that do not hold this chunk. */
  readonly absent: Set<ContentSource>;
  /** Sources that refused once; a second time is final. */
  readonly denied: Set<ContentSource>;
}

/**
 * Fetches one chunk, from as many sources and by as many requests as it takes; a cut connection is continued with a
 * range request (RFC 9110, 14.2). The bytes are verified when this returns.
 * @throws Failure content-chunk-corrupt, content-unreachable, content-refused; AbortError
 */
export async function fetchPart(download: Download, options: PartOptions): Promise<void> {
  const part: Part = {
    ...options,
    received: 0,
    hash: createHash('sha256'),
    hashed: 0,
    highest: 0,
    senders: new Set(),
    isMixingAllowed: true,
    strikes: new Map(),
    absent: new Set(),
    denied: new Set(),
  };
  for (;;) {
    const source = await download.nextSource(part.want.path, (candidate) => isOut(download, part, candidate));
    if (!source) throw whyNone(download, part);
    if (await fetchFrom(download, part, source)) return;
  }
}

function isOut({ options }: Download, part: Part, source: ContentSource): boolean {
  // The only source gets a second chance: the damage may have happened on the way.
  const allowed = options.sources.length === 1 ? 2 : 1;
  return part.absent.has(source) || (part.strikes.get(source) ?? 0) >= allowed;
}

function whyNone(download: Download, part: Part): Failure {
  const [struck] = [...part.strikes.keys()].slice(-1);
  if (struck) return corrupt(part.want, sourceName(struck), download.problems.get(struck) ?? '');
  const [refusal] = download.refusals;
  if (refusal && part.absent.size === 0) {
    const [source, status] = refusal;
    return new Failure('content-refused', { source: sourceName(source), what: part.want.path, status });
  }
  return unreachable(download, part.want.path);
}

function corrupt({ path, chunk, sha256 }: ChunkWant, source: string, problem: string): Failure {
  return new Failure('content-chunk-corrupt', { path, chunk, source }, { detail: `${sha256}: ${problem}` });
}

/** One request; true when the chunk is whole and verified. */
async function fetchFrom(download: Download, part: Part, source: ContentSource): Promise<boolean> {
  if (!part.isMixingAllowed && !part.senders.has(source)) discard(part);
  part.senders.add(source);
  let rangeIsWrong = false;
  const result = await get(download.connectionTo(source), {
    path: chunkPath(part.want.sha256),
    fromByte: part.received,
    signal: download.signal,
    onHead: (head) => {
      rangeIsWrong = isBody(head) && head.fromByte !== 0 && head.fromByte !== part.received;
      if (!isBody(head) || rangeIsWrong) return false;
      if (head.fromByte === 0) discard(part, source);
      return true;
    },
    onBytes: (bytes) => take(download, part, bytes),
  });
  if (rangeIsWrong) discard(part);
  return judge(download, { part, source, result });
}

function isBody(head: Head): boolean {
  return (head.status === 200 || head.status === 206) && !head.isEncoded;
}

function take(download: Download, part: Part, bytes: Uint8Array): boolean {
  if (part.received + bytes.length > part.want.sizeBytes) return false;
  part.bytes.set(bytes, part.received);
  part.received += bytes.length;
  part.onReceived?.(bytes.length);
  if (part.received - part.hashed >= HASH_STEP_BYTES) hashOn(part);
  if (part.received > part.highest) {
    part.highest = part.received;
    download.progressed();
  }
  return true;
}

/** Hashed while the bytes are in the processor's cache: a whole chunk later, they cost half as much again. */
const HASH_STEP_BYTES = 256 * 1024;

function hashOn(part: Part): void {
  part.hash.update(part.bytes.subarray(part.hashed, part.received));
  part.hashed = part.received;
}

/** Throws away what has been received. */
function discard(part: Part, sender?: ContentSource): void {
  if (part.received > 0) part.onReceived?.(-part.received);
  part.received = 0;
  part.hash = createHash('sha256');
  part.hashed = 0;
  part.senders = new Set(sender ? [sender] : []);
}

function restart(part: Part): void {
  discard(part);
  part.highest = 0;
}

interface Answer {
  readonly part: Part;
  readonly source: ContentSource;
  readonly result: GetResult;
}

function judge(download: Download, { part, source, result }: Answer): boolean {
  const { status, problem } = result;
  const isBodyStatus = status === 200 || status === 206;
  download.problems.set(source, isBodyStatus || status === 0 ? problem : `status ${status}`);
  if (status === 404 || status === 410) part.absent.add(source);
  else if (status === 401 || status === 403) refuse(download, part, source, status);
  else if (status === 416 || result.isTooLong) strike(download, part, source, 'it has another size');
  else if (!isBodyStatus) download.choice.failed(source);
  else if (part.received === part.want.sizeBytes) return verify(download, part, source);
  else if (problem === '') strike(download, part, source, 'it is shorter');
  else download.choice.failed(source);
  return false;
}

function refuse(download: Download, part: Part, source: ContentSource, status: number): void {
  if (!part.denied.has(source) && typeof source.bearerToken === 'function') {
    // The token may have ended on the way; the next request asks for another one.
    part.denied.add(source);
    return;
  }
  download.refusals.set(source, status);
  download.choice.exclude(source);
}

function verify(download: Download, part: Part, source: ContentSource): boolean {
  hashOn(part);
  const actual = part.hash.digest('hex');
  if (actual === part.want.sha256) {
    download.choice.worked(source);
    return true;
  }
  if (part.senders.size > 1) {
    part.isMixingAllowed = false;
    restart(part);
    return false;
  }
  strike(download, part, source, `its SHA-256 is ${actual}`);
  return false;
}

function strike(download: Download, part: Part, source: ContentSource, problem: string): void {
  const { path, chunk, sha256 } = part.want;
  part.strikes.set(source, (part.strikes.get(source) ?? 0) + 1);
  download.problems.set(source, problem);
  restart(part);
  download.options.onCorrupt?.({ path, chunk, sha256, source: sourceName(source) });
}

/** A chunk to fetch, and the place in a manifest by which a person knows it. */
export interface ChunkWant {
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly path: string;
  readonly chunk: number;
}
