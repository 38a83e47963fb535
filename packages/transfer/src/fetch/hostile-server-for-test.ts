/** A content of one file, and servers that say of it whatever a test wants. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { makeLoopbackCertificate } from '@tenkai/testkit/loopback-certificate.ts';
import { chunkPath, type Manifest } from '../manifest/manifest.ts';
import { sealManifest } from '../manifest/manifest-digest.ts';
import { fetchContent } from './fetch.ts';
import type { ContentSource } from './source-choice.ts';

export const body = Buffer.from('the bytes of the only file');
export const sha256 = createHash('sha256').update(body).digest('hex');
export const manifest: Manifest = sealManifest([
  {
    path: 'a/file',
    sizeBytes: body.length,
    isExecutable: false,
    chunks: [{ sha256, sizeBytes: body.length }],
  },
]);
export const quick = { firstRestMs: 5, longestRestMs: 20, giveUpAfterMs: 300, idleTimeoutMs: 500 };

export async function listen(t: TestContext, server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(t, async () => {
    server.close();
    for (const socket of sockets) socket.destroy();
    if (server.listening) await once(server, 'close');
  });
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

export async function serve(t: TestContext, listener: RequestListener): Promise<ContentSource> {
  return { baseUrl: `http://127.0.0.1:${await listen(t, createHttpServer(listener))}/dp` };
}

export async function serveTls(t: TestContext, listener: RequestListener): Promise<ContentSource> {
  const pair = await makeLoopbackCertificate();
  const port = await listen(t, createHttpsServer(pair, listener));
  return { baseUrl: `https://localhost:${port}/dp/`, ca: [pair.cert] };
}

/** Answers every connection with these bytes, whatever is asked. */
export async function babble(t: TestContext, answer: string | Buffer, ends = true): Promise<ContentSource> {
  const server = createTcpServer((socket) => {
    socket.once('data', () => (ends ? socket.end(answer) : socket.write(answer)));
  });
  return { baseUrl: `http://127.0.0.1:${await listen(t, server)}` };
}

export const good: RequestListener = (request, response) => {
  if (request.url === `/dp/${chunkPath(sha256)}`) response.end(body);
  else response.writeHead(404).end();
};

export async function targetOf(t: TestContext): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'tenkai-hostile-'));
  atEnd(t, () => rm(home, { recursive: true, force: true }));
  return join(home, 'target');
}

export async function assertFetched(t: TestContext, sources: readonly ContentSource[]): Promise<void> {
  const target = await targetOf(t);
  await fetchContent({ ...quick, manifest, sources, target });
  assert.deepEqual(await readFile(join(target, 'a/file')), body);
}
