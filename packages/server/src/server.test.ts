import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { createFirstAdministrator, getSession } from '@tenkai/protocol/api/users.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { noPostgres, startPostgres } from '@tenkai/testkit/rig/postgres.ts';
import {
  type Answer,
  ask,
  makeDataDir,
  runSiteProcess,
  startSiteProcess,
  stopSiteProcess,
  waitForOutput,
} from '@tenkai/testkit/site-process.ts';

test('first start to restart: setup link, first administrator, graceful stop, the same site again', async (t) => {
  const data = await makeDataDir(t);
  const first = await startSiteProcess(t, { TENKAI_DATA: data });
  assert.ok(first.setupLink);
  const { ca } = first;
  const token = first.setupLink.split('#')[1];
  const made = await ask(
    { port: first.port, ca, method: 'POST', path: createFirstAdministrator.path },
    { token, name: 'hanako', password: 'correct horse battery' },
  );
  assert.equal(made.status, 200);
  const cookie = String(made.headers['set-cookie']).split(';')[0];
  assert.equal(await stopSiteProcess(first), 0);
  assert.equal((await stat(join(data, 'keys'))).mode & 0o077, 0);

  const second = await startSiteProcess(t, { TENKAI_DATA: data });
  assert.equal(second.setupLink, undefined);
  assert.equal(second.rootFingerprint, first.rootFingerprint);
  const me = await ask({ port: second.port, ca, path: getSession.path, headers: { cookie } });
  assert.equal(JSON.parse(me.text).user.name, 'hanako');
  assert.equal(await stopSiteProcess(second), 0);
  assert.doesNotMatch(first.output() + second.output(), /"level":(50|60)/, 'a healthy site logs no error');
});

test('BCON-14: the server is reached by IP address and by name, with the certificate of its own root', async (t) => {
  const data = await makeDataDir(t);
  const site = await startSiteProcess(t, { TENKAI_DATA: data, TENKAI_NAMES: 'site.example' });
  const { ca } = site;
  for (const servername of ['', 'localhost', 'site.example']) {
    const answer = await ask({ port: site.port, ca, path: '/healthz', servername });
    assert.equal(answer.status, 200, servername);
  }
  await assert.rejects(
    ask({ port: site.port, ca, path: '/healthz', servername: 'other.example' }),
    /altnames/,
  );
});

test('a second server on the same data folder is refused, also right after kill -9 of the first it is not', async (t) => {
  const data = await makeDataDir(t);
  const first = await startSiteProcess(t, { TENKAI_DATA: data });
  const second = runSiteProcess(t, { TENKAI_DATA: data });
  const [code] = await once(second.child, 'exit');
  assert.equal(code, 1);
  assert.match(second.output(), /Another Tenkai server is using/);
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  const third = await startSiteProcess(t, { TENKAI_DATA: data });
  assert.equal(await stopSiteProcess(third), 0);
});

test('a second server on the same PostgreSQL is refused, whatever its data folder', {
  skip: noPostgres,
}, async (t) => {
  const postgres = await startPostgres();
  atEnd(t, () => postgres.stop());
  const TENKAI_DATABASE = await postgres.createDatabase();
  const first = await startSiteProcess(t, { TENKAI_DATA: await makeDataDir(t), TENKAI_DATABASE });
  const second = runSiteProcess(t, { TENKAI_DATA: await makeDataDir(t), TENKAI_DATABASE });
  const [status] = await once(second.child, 'exit');
  assert.equal(status, 1);
  assert.match(second.output(), /Another Tenkai server is using this PostgreSQL database/);
  assert.equal(await stopSiteProcess(first), 0);
});

test('wrong settings are all named and end with status 2', async (t) => {
  const { child, output } = runSiteProcess(t, { TENKAI_PORT: 'x', TENKAI_LOG_LEVEL: 'loud' });
  const [code] = await once(child, 'exit');
  assert.equal(code, 2);
  assert.match(output(), /TENKAI_PORT[\s\S]*TENKAI_LOG_LEVEL/);
});

test('a port in use ends the start with status 1 and a sentence', async (t) => {
  const first = await startSiteProcess(t, { TENKAI_DATA: await makeDataDir(t) });
  const second = runSiteProcess(t, { TENKAI_DATA: await makeDataDir(t), TENKAI_PORT: String(first.port) });
  const [code] = await once(second.child, 'exit');
  assert.equal(code, 1);
  assert.match(second.output(), /Tenkai cannot start: .*EADDRINUSE/);
});

test('a request in progress is answered although the server was told to stop', async (t) => {
  const data = await makeDataDir(t);
  const site = await startSiteProcess(t, { TENKAI_DATA: data });
  const { ca } = site;
  const body = JSON.stringify({ name: 'hanako', password: 'x'.repeat(20) });
  const sent = request({
    host: '127.0.0.1',
    port: site.port,
    ca,
    agent: false,
    method: 'POST',
    path: '/api/v1/session',
  });
  sent.setHeader('content-type', 'application/json');
  sent.setHeader('content-length', body.length);
  sent.write(body.slice(0, 10));
  await new Promise<void>((resolve) => sent.on('socket', (socket) => socket.on('secureConnect', resolve)));
  // The head has arrived when a later request on another connection was answered.
  await ask({ port: site.port, ca, path: '/healthz' });
  site.child.kill('SIGTERM');
  await waitForOutput(site, /stopping/);
  const answered = once(sent, 'response');
  sent.end(body.slice(10));
  const [response] = await answered;
  assert.equal(response.statusCode, 401);
  response.resume();
  const [code] = await once(site.child, 'exit');
  assert.equal(code, 0);
});

test('BCON-15: the plain HTTP port only shows the way to https', async (t) => {
  const data = await makeDataDir(t);
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port: freePort } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  const site = await startSiteProcess(t, { TENKAI_DATA: data, TENKAI_REDIRECT_PORT: String(freePort) });
  const plain = (host: string) =>
    new Promise<Answer>((resolve, reject) => {
      httpRequest(
        { host: '127.0.0.1', port: freePort, path: '/machines?x=1', headers: { host } },
        (response) => {
          response.resume();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text: '' });
        },
      )
        .on('error', reject)
        .end();
    });
  const answer = await plain(`site.example:${freePort}`);
  assert.deepEqual(
    [answer.status, answer.headers.location],
    [308, `https://site.example:${site.port}/machines?x=1`],
  );
  assert.equal((await plain('a b/')).status, 400);
});

test('the console: files, compressed where taken, and one page for every address inside of it', async (t) => {
  const data = await makeDataDir(t);
  const dir = join(data, '..', 'console');
  await mkdir(join(dir, 'assets'), { recursive: true });
  await writeFile(join(dir, 'index.html'), '<!doctype html>page');
  await writeFile(join(dir, 'assets/app-1.js'), 'plain');
  await writeFile(join(dir, 'assets/app-1.js.br'), 'brotli');
  await writeFile(join(dir, '..', 'secret.txt'), 'secret');
  const site = await startSiteProcess(t, { TENKAI_DATA: data, TENKAI_CONSOLE: dir });
  const { ca } = site;
  const get = (path: string, headers: Record<string, string> = {}) =>
    ask({ port: site.port, ca, path, headers });
  const asPage = { accept: 'text/html' };

  for (const path of ['/', '/machines', '/machines/m1']) {
    const page = await get(path, asPage);
    assert.deepEqual(
      [page.status, page.text, page.headers['cache-control']],
      [200, '<!doctype html>page', 'no-cache'],
    );
    assert.match(String(page.headers['content-security-policy']), /script-src 'self'/);
  }
  const script = await get('/assets/app-1.js');
  assert.deepEqual(
    [script.text, script.headers['content-type']],
    ['plain', 'text/javascript; charset=utf-8'],
  );
  assert.match(String(script.headers['cache-control']), /immutable/);
  const compressed = await get('/assets/app-1.js', { 'accept-encoding': 'gzip, br' });
  assert.deepEqual([compressed.text, compressed.headers['content-encoding']], ['brotli', 'br']);

  for (const path of ['/api/v1/nothing', '/agent/v1/nothing', '/content/nothing']) {
    assert.equal((await get(path, asPage)).status, 404, path);
  }
  for (const path of [
    '/assets/../../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/app-1.js.br',
  ]) {
    assert.equal((await get(path)).status, 404, path);
  }
  assert.equal((await get('/machines')).status, 404, 'a program that asks for no page gets a problem');
});
