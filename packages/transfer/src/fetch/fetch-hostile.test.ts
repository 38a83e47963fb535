import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { lstat, readFile } from 'node:fs/promises';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { failureOf } from '../failure-for-test.ts';
import { sealManifest } from '../manifest/manifest-digest.ts';
import { fetchContent } from './fetch.ts';
import { fetchManifest } from './fetch-manifest.ts';
import {
  assertFetched,
  babble,
  body,
  good,
  listen,
  manifest,
  quick,
  serve,
  targetOf,
} from './hostile-server-for-test.ts';

const ok = `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n`;
const babbles: [string, string | Buffer, RegExp][] = [
  ['nothing', '', /cut/],
  ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n', /cut|not HTTP/],
  ['noise', Buffer.alloc(100_000, 7), /too long|not HTTP/],
  ['an endless head', `HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(100_000)}`, /too long/],
  ['half of the bytes', `${ok}\r\nthe bytes`, /cut/],
  ['an error page', 'HTTP/1.1 500 Oops\r\ncontent-length: 2\r\n\r\nno', /status 500/],
  [
    'a redirection',
    'HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n',
    /status 302/,
  ],
  [
    'a large error page',
    `HTTP/1.1 503 Busy\r\ncontent-length: 9999999\r\n\r\n${'x'.repeat(100_000)}`,
    /status 503/,
  ],
  [
    'a part from nowhere',
    `HTTP/1.1 206 Partial\r\ncontent-range: bytes 5-9/26\r\ncontent-length: 5\r\n\r\nxxxxx`,
    /not read/,
  ],
  ['two lengths', `${ok}content-length: 1\r\n\r\nx`, /malformed length/],
];

for (const [what, answer, problem] of babbles) {
  test(`a server that answers with ${what} is passed over, and told about when it is the only one`, async (t) => {
    const bad = await babble(t, answer);
    await assertFetched(t, [bad, await serve(t, good)]);
    const target = await targetOf(t);
    const failure = await failureOf(fetchContent({ ...quick, manifest, sources: [bad], target }));
    assert.equal(failure.code, 'content-unreachable');
    assert.match(failure.detail, problem);
    assert.equal(await lstat(target).catch(() => 'absent'), 'absent');
  });
}

const liars: [string, RequestListener][] = [
  ['other bytes', (_, response) => response.end(Buffer.alloc(body.length))],
  ['too many bytes', (_, response) => response.end(Buffer.concat([body, body]))],
  ['endless bytes', (_, response) => void setInterval(() => response.write(body), 1).unref()],
  ['too few bytes', (_, response) => response.end(body.subarray(1))],
  ['no bytes', (_, response) => response.end()],
  ['no such range', (_, response) => response.writeHead(416).end()],
];

for (const [what, listener] of liars) {
  test(`DIST-35: a server that sends ${what} is found out, and another one asked`, async (t) => {
    const bad = await serve(t, listener);
    await assertFetched(t, [bad, await serve(t, good)]);
    const target = await targetOf(t);
    const failure = await failureOf(fetchContent({ ...quick, manifest, sources: [bad], target }));
    assert.equal(failure.code, 'content-chunk-corrupt');
    assert.deepEqual(failure.params, { path: 'a/file', chunk: 0, source: bad.baseUrl });
  });
}

test('an answer in chunks, and one that ends with its connection, are read', async (t) => {
  const chunked = await serve(t, (_, response) => {
    response.write(body.subarray(0, 5));
    response.end(body.subarray(5));
  });
  await assertFetched(t, [chunked]);
  await assertFetched(t, [await babble(t, Buffer.concat([Buffer.from('HTTP/1.0 200 OK\r\n\r\n'), body]))]);
});

test('bytes that a server compresses unasked are not taken', async (t) => {
  const bad = await serve(t, (request, response) => {
    assert.equal(request.headers['accept-encoding'], 'identity');
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(body));
  });
  await assertFetched(t, [bad, await serve(t, good)]);
});

test('a server that accepts and says nothing is left after the time limit', async (t) => {
  const silent = await babble(t, '', false);
  await assertFetched(t, [silent, await serve(t, good)]);
});

test('a connection is kept for the next part, and renewed when the server has closed it', async (t) => {
  const parts = Array.from({ length: 20 }, (_, index) => Buffer.from(`part ${index}`));
  const hashes = parts.map((bytes) => createHash('sha256').update(bytes).digest('hex'));
  const many = sealManifest(
    parts.map((bytes, index) => ({
      path: `a/${index}`,
      sizeBytes: bytes.length,
      isExecutable: false,
      chunks: [{ sha256: hashes[index] ?? '', sizeBytes: bytes.length }],
    })),
  );
  let connections = 0;
  const counts = new WeakMap<Socket, number>();
  // After five answers the server closes the connection just as the next request comes, as one does whose patience is
  // over.
  const server = createHttpServer((request, response) => {
    const count = (counts.get(request.socket) ?? 0) + 1;
    counts.set(request.socket, count);
    if (count > 5) request.socket.destroy();
    else response.end(parts[hashes.indexOf(request.url?.slice(-64) ?? '')]);
  });
  server.on('connection', () => connections++);
  const sources = [{ baseUrl: `http://127.0.0.1:${await listen(t, server)}` }];
  const target = await targetOf(t);
  // A rest would be longer than the test: this must not count as a failure of the source.
  await fetchContent({
    ...quick,
    manifest: many,
    sources,
    target,
    parallel: 1,
    firstRestMs: 1e6,
    longestRestMs: 1e6,
  });
  for (const [index, bytes] of parts.entries())
    assert.deepEqual(await readFile(join(target, `a/${index}`)), bytes);
  assert.equal(connections, 4);
});

test('a manifest from a server that sends another one, too much or none is never taken', async (t) => {
  const { contentId } = manifest;
  const codes: [RequestListener, string][] = [
    [(_, response) => response.end('{}'), 'content-manifest-invalid'],
    [(_, response) => response.end('not json'), 'content-manifest-invalid'],
    [
      (_, response) => response.end(JSON.stringify({ body: '{}', signature: '', certificate: '' })),
      'content-manifest-invalid',
    ],
    [(_, response) => response.writeHead(404).end(), 'content-unreachable'],
    [(_, response) => response.writeHead(403).end(), 'content-refused'],
    [(_, response) => response.writeHead(500).end(), 'content-unreachable'],
  ];
  for (const [listener, code] of codes) {
    const sources = [await serve(t, listener)];
    assert.equal((await failureOf(fetchManifest({ ...quick, sources, contentId }))).code, code);
  }
  await assert.rejects(fetchManifest({ sources: [{ baseUrl: 'http://127.0.0.1:1' }], contentId: '../x' }), {
    code: 'content-manifest-mismatch',
  });
});

test('a list of sources that is empty is told at once', async (t) => {
  const target = await targetOf(t);
  assert.equal(
    (await failureOf(fetchContent({ manifest, sources: [], target }))).code,
    'content-unreachable',
  );
});
