/** Whom a fetch trusts, and to whom it shows its token. */
import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { test } from 'node:test';
import { makeLoopbackCertificate } from '@tenkai/testkit/loopback-certificate.ts';
import { failureOf } from '../failure-for-test.ts';
import { canonicalManifest } from '../manifest/manifest.ts';
import { fetchContent } from './fetch.ts';
import { fetchManifest } from './fetch-manifest.ts';
import {
  assertFetched,
  good,
  listen,
  manifest,
  quick,
  serve,
  serveTls,
  targetOf,
} from './hostile-server-for-test.ts';

test('a server that never finishes TLS is left after the time limit for connecting', async (t) => {
  const mute = createTcpServer(() => undefined);
  const source = { baseUrl: `https://localhost:${await listen(t, mute)}/` };
  const target = await targetOf(t);
  await fetchContent({
    ...quick,
    manifest,
    sources: [source, await serve(t, good)],
    target,
    connectTimeoutMs: 200,
  });
});

test('a certificate that is not of the given authority is not trusted', async (t) => {
  const tls = await serveTls(t, good);
  await assertFetched(t, [tls]);
  const { cert } = await makeLoopbackCertificate();
  const target = await targetOf(t);
  const failure = await failureOf(
    fetchContent({ ...quick, manifest, sources: [{ ...tls, ca: cert }], target }),
  );
  assert.match(failure.detail, /self-signed|certificate/);
});

test('a certificate for another name is not trusted', async (t) => {
  const tls = await serveTls(t, good);
  const elsewhere = { ...tls, baseUrl: tls.baseUrl.replace('localhost', '127.0.0.2') };
  const target = await targetOf(t);
  const failure = await failureOf(fetchContent({ ...quick, manifest, sources: [elsewhere], target }));
  assert.equal(failure.code, 'content-unreachable');
});

test('a token goes over TLS to its own source, and never over a plain connection or to another source', async (t) => {
  const seen: Record<string, (string | undefined)[]> = { plain: [], tls: [], other: [] };
  const note = (name: string, answer: RequestListener): RequestListener => {
    return (request, response) => {
      seen[name]?.push(request.headers.authorization);
      answer(request, response);
    };
  };
  const nothing: RequestListener = (_, response) => response.writeHead(404).end();
  const sources = [
    { ...(await serve(t, note('plain', nothing))), bearerToken: 'secret' },
    await serveTls(t, note('other', nothing)),
    { ...(await serveTls(t, note('tls', good))), bearerToken: () => 'secret' },
  ];
  await assertFetched(t, sources);
  assert.deepEqual(seen, { plain: [undefined], other: [undefined], tls: ['Bearer secret'] });
});

test('a token that expired is asked for anew once; a refusal of that one is final', async (t) => {
  let valid = 'second';
  const guarded: RequestListener = (request, response) => {
    if (request.headers.authorization === `Bearer ${valid}`) good(request, response);
    else response.writeHead(401).end();
  };
  const tls = await serveTls(t, guarded);
  const tokens = ['first', 'second', 'third', 'fourth'];
  await assertFetched(t, [{ ...tls, bearerToken: () => tokens.shift() ?? '' }]);
  valid = 'none of them';
  const target = await targetOf(t);
  const failure = await failureOf(
    fetchContent({
      ...quick,
      manifest,
      sources: [{ ...tls, bearerToken: () => tokens.shift() ?? '' }],
      target,
    }),
  );
  assert.equal(failure.code, 'content-refused');
  assert.equal(failure.params.status, 401);
  assert.deepEqual(tokens, []);
});

test('whoever gives tokens is told which one was refused: for a part, and for the manifest, which is asked for anew once', async (t) => {
  const guarded: RequestListener = (request, response) => {
    if (request.headers.authorization !== 'Bearer good') response.writeHead(401).end();
    else if (request.url?.includes('/manifests/')) response.end(JSON.stringify(signed));
    else good(request, response);
  };
  const signed = { body: canonicalManifest(manifest), signature: '', certificate: '' };
  const tls = await serveTls(t, guarded);
  const told: (string | undefined)[] = [];
  const tokensOf = (next: string) => (refused?: string) => {
    told.push(refused);
    return refused === undefined ? 'ended' : next;
  };
  const { contentId } = manifest;
  const found = await fetchManifest({
    ...quick,
    contentId,
    sources: [{ ...tls, bearerToken: tokensOf('good') }],
  });
  assert.equal(found.manifest.contentId, contentId);
  await assertFetched(t, [{ ...tls, bearerToken: tokensOf('good') }]);
  const refused = [{ ...tls, bearerToken: tokensOf('bad') }];
  const failure = await failureOf(fetchManifest({ ...quick, contentId, sources: refused }));
  assert.deepEqual([failure.code, failure.params.status], ['content-refused', 401]);
  assert.deepEqual(told, [undefined, 'ended', undefined, 'ended', undefined, 'ended']);
});

test('a token cannot smuggle a header', async (t) => {
  const source = { ...(await serveTls(t, good)), bearerToken: 'x\r\nhost: evil' };
  const target = await targetOf(t);
  await assert.rejects(fetchContent({ ...quick, manifest, sources: [source], target }), TypeError);
});
