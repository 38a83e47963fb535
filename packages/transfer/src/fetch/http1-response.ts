/**
 * Reads HTTP/1.1 responses to GET requests (RFC 9112), pure: bytes in, calls out. Node's own client makes a new buffer
 * and a stream event for every 16 KiB, which costs more than decrypting them; this one hands on views of what it is
 * given, and so makes a verified download as quick as curl's (see docs/decisions/0047).
 */

export interface ResponseHead {
  readonly status: number;
  /** Names in lower case; of repeated fields the values joined by commas. */
  readonly headers: ReadonlyMap<string, string>;
}

export interface ResponseReader {
  /**
   * Takes what has arrived.
   * @throws Error for what is not HTTP/1.1, with a sentence for the log
   */
  push(bytes: Uint8Array): void;
  /** The connection has ended. True when the response may end so. */
  close(): boolean;
}

export interface ResponseHandlers {
  onHead(head: ResponseHead): void;
  /** A piece of the body; valid during the call only. */
  onBody(bytes: Uint8Array): void;
  /** The response is whole; whether the connection may carry another request. */
  onEnd(isReusable: boolean): void;
}

/** Head, chunk-size line or trailer larger than this is an attack or a mistake. */
const LINES_LIMIT_BYTES = 32 * 1024;
const LINE_FEED = 10;

type State = 'head' | 'body' | 'until-close' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailer' | 'done';

/** A reader for one response. */
export function createResponseReader(handlers: ResponseHandlers): ResponseReader {
  let state: State = 'head';
  let lines: string[] = [];
  let line = '';
  let linesBytes = 0;
  let left = 0;
  let isReusable = true;

  function end(): void {
    state = 'done';
    handlers.onEnd(isReusable);
  }

  function begin(head: ResponseHead, version: string): void {
    // Informational responses precede the real one (RFC 9110, 15.2).
    if (head.status < 200) {
      if (head.status === 101) throw new Error('the server changes the protocol');
      return;
    }
    isReusable = version === '1.1' && !/\bclose\b/i.test(head.headers.get('connection') ?? '');
    const framing = framingOf(head);
    handlers.onHead(head);
    if (framing === 'chunked') state = 'chunk-size';
    else if (framing === 'until-close') state = 'until-close';
    else if (framing === 0) end();
    else {
      left = framing;
      state = 'body';
    }
    if (state === 'until-close') isReusable = false;
  }

  function takeLine(text: string): void {
    if (state === 'head' && text !== '') lines.push(text);
    else if (state === 'head' && lines.length > 0) {
      const { head, version } = parseHead(lines);
      lines = [];
      linesBytes = 0;
      begin(head, version);
    } else if (state === 'chunk-size') {
      left = parseChunkSize(text);
      linesBytes = 0;
      state = left === 0 ? 'trailer' : 'chunk';
    } else if (state === 'chunk-end') {
      if (text !== '') throw new Error('a chunk is longer than it says');
      state = 'chunk-size';
    } else if (state === 'trailer' && text === '') end();
  }

  /** Takes one line, or what there is of it; returns where the next begins. */
  function readLine(bytes: Uint8Array, from: number): number {
    const feed = bytes.indexOf(LINE_FEED, from);
    const to = feed < 0 ? bytes.length : feed;
    linesBytes += to - from + 1;
    if (linesBytes > LINES_LIMIT_BYTES) throw new Error('the head of the answer is too long');
    line += latin1(bytes.subarray(from, to));
    if (feed < 0) return bytes.length;
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    line = '';
    takeLine(text);
    return feed + 1;
  }

  function readBody(bytes: Uint8Array, from: number): number {
    const to = state === 'until-close' ? bytes.length : Math.min(bytes.length, from + left);
    handlers.onBody(bytes.subarray(from, to));
    left -= to - from;
    if (left === 0 && state === 'body') end();
    else if (left === 0 && state === 'chunk') state = 'chunk-end';
    return to;
  }

  return {
    push(bytes) {
      let at = 0;
      while (at < bytes.length) {
        if (state === 'done') throw new Error('the server sends more than one answer');
        const isBody = state === 'body' || state === 'chunk' || state === 'until-close';
        at = isBody ? readBody(bytes, at) : readLine(bytes, at);
      }
    },
    close() {
      if (state !== 'until-close') return state === 'done';
      end();
      return true;
    },
  };
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function parseHead(lines: readonly string[]): { head: ResponseHead; version: string } {
  const [first = '', ...fields] = lines;
  const match = /^HTTP\/(1\.[01]) (\d{3})(?: |$)/.exec(first);
  if (!match) throw new Error('the answer is not HTTP/1.1');
  const headers = new Map<string, string>();
  for (const field of fields) addField(headers, field);
  return { head: { status: Number(match[2]), headers }, version: match[1] ?? '' };
}

function addField(headers: Map<string, string>, field: string): void {
  const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/.exec(field);
  if (!match) throw new Error('a header field of the answer is malformed');
  const name = (match[1] ?? '').toLowerCase();
  const before = headers.get(name);
  headers.set(name, before === undefined ? (match[2] ?? '') : `${before}, ${match[2]}`);
}

/** How the end of the body is found (RFC 9112, 6.3): its length, chunked, or the end of the connection. */
function framingOf({ status, headers }: ResponseHead): number | 'chunked' | 'until-close' {
  if (status === 204 || status === 304) return 0;
  const coding = headers.get('transfer-encoding');
  const length = headers.get('content-length');
  if (coding !== undefined) {
    // Both at once is how requests are smuggled past proxies; no honest server sends it.
    if (length !== undefined) throw new Error('the answer has two lengths');
    if (coding.toLowerCase() !== 'chunked') throw new Error('the answer has an unknown transfer coding');
    return 'chunked';
  }
  if (length === undefined) return 'until-close';
  const [first = '', ...others] = length.split(/, */);
  if (!/^\d{1,15}$/.test(first) || others.some((other) => other !== first)) {
    throw new Error('the answer has a malformed length');
  }
  return Number(first);
}

function parseChunkSize(text: string): number {
  const match = /^([0-9a-f]{1,12})[ \t]*(?:;.*)?$/i.exec(text);
  if (!match) throw new Error('a chunk of the answer has no size');
  return Number.parseInt(match[1] ?? '', 16);
}
