import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { startTestServer, type TestServer } from '@tenkai/testkit/start-server.ts';
import { uploadFolder } from '@tenkai/testkit/upload-folder.ts';
import { CHUNK_SIZE_BYTES, fetchContent, fetchManifest, type Manifest } from '@tenkai/transfer';

let server: TestServer;
let agent: Agent;
let dir: string;
let manifest: Manifest;
const bytes = randomBytes(CHUNK_SIZE_BYTES + 12_345);

before(async () => {
  server = await startTestServer({ listen: true });
  agent = new Agent({ ca: server.kernel.keys.rootCertificate, keepAlive: true, maxSockets: 8 });
  dir = await mkdtemp(join(tmpdir(), 'tenkai-serve-'));
  await mkdir(join(dir, 'tool'));
  await writeFile(join(dir, 'tool', 'big.bin'), bytes);
  manifest = await uploadFolder(server, join(dir, 'tool'));
});
after(async () => {
  agent.destroy();
  await server.stop();
  await rm(dir, { recursive: true, force: true });
});

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

async function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  const authorization = `Bearer ${server.agentToken('m1')}`;
  const sent = request(`${server.baseUrl}${path}`, { agent, method, headers: { authorization, ...headers } });
  sent.end();
  const [response] = await once(sent, 'response');
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part);
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(parts) };
}

const first = () => manifest.files[0]?.chunks[0]?.sha256 ?? '';
const chunkUrl = () => `/content/objects/${first().slice(0, 2)}/${first()}`;

test('a chunk is sent whole with a tag that never changes', async () => {
  const { status, headers, body } = await get(chunkUrl());
  assert.equal(status, 200);
  assert.equal(createHash('sha256').update(body).digest('hex'), first());
  assert.equal(headers.etag, `"${first()}"`);
  assert.match(headers['cache-control'] ?? '', /immutable/);
  assert.equal(headers['x-content-type-options'], 'nosniff');
  const known = await get(chunkUrl(), { 'if-none-match': headers.etag ?? '' });
  assert.deepEqual([known.status, known.body.length], [304, 0]);
});

test('ranges are answered as RFC 9110 says', async () => {
  const chunk = bytes.subarray(0, CHUNK_SIZE_BYTES);
  const size = CHUNK_SIZE_BYTES;
  const cases: [string, number, number, number][] = [
    ['bytes=0-0', 206, 0, 1],
    ['bytes=100-199', 206, 100, 200],
    [`bytes=${size - 5}-`, 206, size - 5, size],
    ['bytes=-7', 206, size - 7, size],
    [`bytes=1048570-${size * 9}`, 206, 1_048_570, size],
    ['bytes=5-2', 200, 0, size],
    ['bytes=0-1,4-5', 200, 0, size],
    ['rows=1-2', 200, 0, size],
  ];
  for (const [range, status, start, end] of cases) {
    const answer = await get(chunkUrl(), { range });
    assert.equal(answer.status, status, range);
    assert.ok(answer.body.equals(chunk.subarray(start, end)), range);
    if (status === 206) assert.equal(answer.headers['content-range'], `bytes ${start}-${end - 1}/${size}`);
  }
  const outside = await get(chunkUrl(), { range: `bytes=${size}-` });
  assert.equal(outside.status, 416);
  assert.equal(outside.headers['content-range'], `bytes */${size}`);
  assert.equal(JSON.parse(outside.body.toString()).code, 'range-outside');
  const other = await get(chunkUrl(), { range: 'bytes=0-0', 'if-range': '"other"' });
  assert.deepEqual([other.status, other.body.length], [200, size]);
});

test('HEAD tells the size and sends nothing', async () => {
  const { status, headers, body } = await get(chunkUrl(), {}, 'HEAD');
  assert.deepEqual([status, headers['content-length'], body.length], [200, String(CHUNK_SIZE_BYTES), 0]);
});

test('BAD-INPUT: content is for agents and signed-in users alone, and no other file is to be had', async () => {
  const stranger = await get(chunkUrl(), { authorization: '' });
  assert.equal(stranger.status, 401);
  assert.equal(JSON.parse(stranger.body.toString()).code, 'not-signed-in');
  const forged = await get(chunkUrl(), { authorization: 'Bearer tka1.e30.xx' });
  assert.equal(JSON.parse(forged.body.toString()).code, 'agent-token-invalid');
  const user = await get(chunkUrl(), { authorization: `Bearer ${await server.apiToken('viewer')}` });
  assert.equal(user.status, 200);
  for (const path of [
    '/content/objects/ab/..%2f..%2f..%2ftenkai.db',
    `/content/objects/zz/${first()}`,
    `/content/objects/${'0'.repeat(2)}/${'0'.repeat(64)}`,
    '/content/manifests/..%2f..%2ftenkai.db',
    `/content/manifests/${'0'.repeat(64)}.json`,
    '/content/manifests/%00',
    '/content/incoming/x',
  ]) {
    const answer = await get(path);
    assert.equal(answer.status, 404, path);
    assert.equal(typeof JSON.parse(answer.body.toString()).remedy, 'string');
  }
});

test('a reader that goes away in the middle does no harm to the others', async () => {
  for (let round = 0; round < 3; round++) {
    const authorization = `Bearer ${server.agentToken('m1')}`;
    const sent = request(`${server.baseUrl}${chunkUrl()}`, {
      agent: false,
      ca: server.kernel.keys.rootCertificate,
      headers: { authorization },
    });
    sent.on('error', () => undefined);
    sent.end();
    const [response] = await once(sent, 'response');
    await once(response, 'data');
    response.destroy();
  }
  const answers = await Promise.all(Array.from({ length: 40 }, () => get(chunkUrl())));
  for (const { body } of answers) assert.equal(createHash('sha256').update(body).digest('hex'), first());
});

test('a chunk of unknown length that grows too large is refused on a line that stays whole', {
  timeout: 60_000,
}, async (t) => {
  const oneLine = new Agent({ ca: server.kernel.keys.rootCertificate, keepAlive: true, maxSockets: 1 });
  atEnd(t, () => oneLine.destroy());
  const authorization = `Bearer ${await server.apiToken('operator')}`;
  const sent = request(`${server.baseUrl}/api/v1/content/chunks/${'a'.repeat(64)}`, {
    agent: oneLine,
    method: 'PUT',
    headers: { authorization, 'content-type': 'application/octet-stream', 'transfer-encoding': 'chunked' },
  });
  const answered = once(sent, 'response');
  for (let part = 0; part < 9; part++) sent.write(Buffer.alloc(1024 * 1024));
  sent.end();
  const [response] = await answered;
  const line = sent.socket;
  let text = '';
  for await (const part of response) text += part;
  assert.deepEqual([response.statusCode, JSON.parse(text).code], [413, 'content-too-large']);

  const next = request(`${server.baseUrl}/api/v1/site`, { agent: oneLine, headers: { authorization } });
  next.end();
  const [reply] = await once(next, 'response');
  reply.resume();
  assert.equal(reply.statusCode, 200);
  assert.equal(next.socket, line, 'on the same line');
});

test('the download of an agent finds manifest and chunks at the site itself', async () => {
  const source = {
    baseUrl: `${server.baseUrl}/content`,
    bearerToken: () => server.agentToken('m1'),
    ca: server.kernel.keys.rootCertificate,
  };
  const found = await fetchManifest({ sources: [source], contentId: manifest.contentId });
  const target = join(dir, 'arrived');
  await fetchContent({ manifest: found.manifest, sources: [source], target });
  assert.ok((await readFile(join(target, 'tool', 'big.bin'))).equals(bytes));
});
