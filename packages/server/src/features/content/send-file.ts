import type { FileHandle } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { Failure } from '@tenkai/domain/failure.ts';
import { toProblem } from '@tenkai/protocol/problem.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { securityHeaders } from '../../kernel/http/headers.ts';
import './content.failures.ts';

/** What is sent, as far as HTTP must know it. The handle is closed in the end, whatever happens. */
export interface OpenFile {
  readonly handle: FileHandle;
  readonly sizeBytes: number;
  /** Strong: the same tag, the same bytes. */
  readonly etag: string;
  readonly contentType: string;
  readonly cacheControl: string;
}

/** Bytes of a read, and so of a write to the TLS socket. */
const bufferBytes = 1024 * 1024;
/** Pairs of large buffers that are kept; whoever comes when all are lent out gets a pair of small ones. */
const keptPairs = 16;
const smallBufferBytes = 64 * 1024;
/** A reader that takes nothing for this long is gone. */
const stallMs = 60_000;

type Pair = readonly [Buffer, Buffer];
const pool: Pair[] = [];
let lentOut = 0;

/**
 * Answers a GET or HEAD with a file: one byte range, conditional requests (RFC 9110, sections 13 and 14). Reads into
 * one buffer while the other is being written, and allocates nothing on the way (design, section 6).
 */
export async function sendFile(request: FastifyRequest, reply: FastifyReply, file: OpenFile): Promise<void> {
  try {
    const common = {
      ...securityHeaders,
      'x-request-id': request.id,
      'accept-ranges': 'bytes',
      etag: file.etag,
      'cache-control': file.cacheControl,
    };
    if (isKnown(request.headers['if-none-match'], file.etag)) {
      reply.hijack();
      reply.raw.writeHead(304, common).end();
      return;
    }
    const range = rangeOf(request, file);
    if (range === 'outside') {
      const outside = toProblem(new Failure('range-outside'));
      await reply.code(416).header('content-range', `bytes */${file.sizeBytes}`).send(outside);
      return;
    }
    reply.hijack();
    reply.raw.writeHead(range ? 206 : 200, { ...common, ...bodyHeaders(file, range) });
    if (request.method === 'HEAD') reply.raw.end();
    else await pump(reply.raw, file.handle, range ?? { start: 0, end: file.sizeBytes });
  } finally {
    await file.handle.close();
  }
}

/** `end` is exclusive. */
interface ByteRange {
  readonly start: number;
  readonly end: number;
}

function bodyHeaders(file: OpenFile, range: ByteRange | undefined): Record<string, string | number> {
  const { start, end } = range ?? { start: 0, end: file.sizeBytes };
  return {
    'content-type': file.contentType,
    'content-length': end - start,
    ...(range ? { 'content-range': `bytes ${start}-${end - 1}/${file.sizeBytes}` } : {}),
  };
}

function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const tags = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(etag);
}

/** One range is honoured; several, or a form we do not know, mean the whole file, as RFC 9110 14.2 allows. */
function rangeOf(request: FastifyRequest, { sizeBytes, etag }: OpenFile): ByteRange | 'outside' | undefined {
  const ifRange = request.headers['if-range'];
  if (ifRange !== undefined && ifRange !== etag) return undefined;
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(request.headers.range ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const [first, last] = [match[1] ?? '', match[2] ?? ''];
  const start = first === '' ? Math.max(0, sizeBytes - Number(last)) : Number(first);
  const end = first === '' || last === '' ? sizeBytes : Math.min(sizeBytes, Number(last) + 1);
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  return start < end ? { start, end } : 'outside';
}

async function pump(raw: ServerResponse, handle: FileHandle, { start, end }: ByteRange): Promise<void> {
  const buffers = borrow(end - start);
  let isWhole = false;
  try {
    let written: Promise<void> = Promise.resolve();
    for (let position = start, turn = 0; position < end; turn = 1 - turn) {
      const buffer = buffers[turn] as Buffer;
      const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, end - position), position);
      if (bytesRead === 0) throw new Error('the file became shorter while it was sent');
      await written;
      written = write(raw, buffer.subarray(0, bytesRead));
      // Whoever awaits comes a turn later; until then a cut line must not count as unhandled.
      written.catch(() => undefined);
      position += bytesRead;
    }
    await written;
    isWhole = true;
    raw.end();
  } catch {
    // The head is out: all that is left to say is that this is not the whole.
    raw.destroy();
  } finally {
    giveBack(buffers, isWhole);
  }
}

function write(raw: ServerResponse, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => finish(new Error('the reader has stopped')), stallMs);
    const onClose = () => finish(new Error('the connection was closed'));
    const finish = (error?: Error | null) => {
      clearTimeout(timer);
      raw.off('close', onClose);
      if (error) reject(error);
      else resolve();
    };
    raw.once('close', onClose);
    raw.write(bytes, finish);
  });
}

function borrow(sizeBytes: number): Pair {
  if (sizeBytes <= smallBufferBytes)
    return [Buffer.allocUnsafeSlow(sizeBytes), Buffer.allocUnsafeSlow(sizeBytes)];
  const pair = pool.pop();
  if (!pair && lentOut >= keptPairs)
    return [Buffer.allocUnsafeSlow(smallBufferBytes), Buffer.allocUnsafeSlow(smallBufferBytes)];
  lentOut++;
  return pair ?? [Buffer.allocUnsafeSlow(bufferBytes), Buffer.allocUnsafeSlow(bufferBytes)];
}

/** After a cut line a socket may still hold a buffer: that pair is left to the garbage collector. */
function giveBack(pair: Pair, isClean: boolean) {
  if (pair[0].length !== bufferBytes) return;
  lentOut--;
  if (isClean && pool.length < keptPairs) pool.push(pair);
}
