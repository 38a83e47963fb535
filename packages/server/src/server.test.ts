import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { type RequestOptions, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createFirstAdministrator, getSession } from '@tenkai/protocol/api/users.ts';

const main = join(import.meta.dirname, 'main.ts');

interface Site {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly port: number;
  readonly setupLink: string | undefined;
  readonly rootFingerprint: string;
}

async function makeDataDir(t: TestContext) {
  // A space in the path, as in BSRV-18.
  const dir = join(await mkdtemp(join(tmpdir(), 'tenkai site-')), 'data');
  t.after(() => rm(join(dir, '..'), { recursive: true, force: true }));
  return dir;
}

function run(t: TestContext, env: Record<string, string>) {
  const child = spawn(process.execPath, [main], {
    env: {
      PATH: process.env.PATH,
      TENKAI_LISTEN: '127.0.0.1',
      TENKAI_PORT: '0',
      TENKAI_CONSOLE: '/nonexistent',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => void child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return { child, output: () => output };
}

/** Starts the real process and waits for the line that says so. */
async function startSite(t: TestContext, env: Record<string, string>): Promise<Site> {
  const { child, output } = run(t, env);
  await new Promise<void>((resolve, reject) => {
    const look = () => {
      if (/trusted root key [0-9a-f]{64}\n/.test(output())) resolve();
    };
    child.stdout?.on('data', look);
    child.on('exit', () => reject(new Error(`the server ended: ${output()}`)));
  });
  return {
    child,
    output,
    port: Number(output().match(/ready at https:\/\/[^:]+:(\d+)/)?.[1]),
    setupLink: output().match(/https:\/\/\S+\/setup#\S+/)?.[0],
    rootFingerprint: output().match(/trusted root key ([0-9a-f]{64})/)?.[1] ?? '',
  };
}

async function stopSite({ child }: Pick<Site, 'child'>) {
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  return code;
}

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly text: string;
}

function ask(options: RequestOptions, body?: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', agent: false, ...options }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    sent.on('error', reject);
    if (body) sent.setHeader('content-type', 'application/json');
    sent.end(body && JSON.stringify(body));
  });
}

test('first start to restart: setup link, first administrator, graceful stop, the same site again', async (t) => {
  const data = await makeDataDir(t);
  const first = await startSite(t, { TENKAI_DATA: data });
  assert.ok(first.setupLink);
  const ca = await readFile(join(data, 'keys', 'root.crt'));
  const token = first.setupLink.split('#')[1];
  const made = await ask(
    { port: first.port, ca, method: 'POST', path: createFirstAdministrator.path },
    { token, name: 'hanako', password: 'correct horse battery' },
  );
  assert.equal(made.status, 200);
  const cookie = String(made.headers['set-cookie']).split(';')[0];
  assert.equal(await stopSite(first), 0);
  assert.equal((await stat(join(data, 'keys'))).mode & 0o077, 0);

  const second = await startSite(t, { TENKAI_DATA: data });
  assert.equal(second.setupLink, undefined);
  assert.equal(second.rootFingerprint, first.rootFingerprint);
  const me = await ask({ port: second.port, ca, path: getSession.path, headers: { cookie } });
  assert.equal(JSON.parse(me.text).user.name, 'hanako');
  assert.equal(await stopSite(second), 0);
  assert.doesNotMatch(first.output() + second.output(), /"level":(50|60)/, 'a healthy site logs no error');
});

test('BCON-14: the server is reached by IP address and by name, with the certificate of its own root', async (t) => {
  const data = await makeDataDir(t);
  const site = await startSite(t, { TENKAI_DATA: data, TENKAI_NAMES: 'site.example' });
  const ca = await readFile(join(data, 'keys', 'root.crt'));
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
  const first = await startSite(t, { TENKAI_DATA: data });
  const second = run(t, { TENKAI_DATA: data });
  const [code] = await once(second.child, 'exit');
  assert.equal(code, 1);
  assert.match(second.output(), /Another Tenkai server is using/);
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  const third = await startSite(t, { TENKAI_DATA: data });
  assert.equal(await stopSite(third), 0);
});

test('wrong settings are all named and end with status 2', async (t) => {
  const { child, output } = run(t, { TENKAI_PORT: 'x', TENKAI_LOG_LEVEL: 'loud' });
  const [code] = await once(child, 'exit');
  assert.equal(code, 2);
  assert.match(output(), /TENKAI_PORT[\s\S]*TENKAI_LOG_LEVEL/);
});

test('a port in use ends the start with status 1 and a sentence', async (t) => {
  const first = await startSite(t, { TENKAI_DATA: await makeDataDir(t) });
  const second = run(t, { TENKAI_DATA: await makeDataDir(t), TENKAI_PORT: String(first.port) });
  const [code] = await once(second.child, 'exit');
  assert.equal(code, 1);
  assert.match(second.output(), /Tenkai cannot start: .*EADDRINUSE/);
});

test('a request in progress is answered although the server was told to stop', async (t) => {
  const data = await makeDataDir(t);
  const site = await startSite(t, { TENKAI_DATA: data });
  const ca = await readFile(join(data, 'keys', 'root.crt'));
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
  await new Promise<void>((resolve) => {
    site.child.stdout?.on('data', () => site.output().includes('stopping') && resolve());
  });
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
  const probe = await import('node:net').then(({ createServer }) => createServer().listen(0, '127.0.0.1'));
  await once(probe, 'listening');
  const { port: freePort } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  const site = await startSite(t, { TENKAI_DATA: data, TENKAI_REDIRECT_PORT: String(freePort) });
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
  const site = await startSite(t, { TENKAI_DATA: data, TENKAI_CONSOLE: dir });
  const ca = await readFile(join(data, 'keys', 'root.crt'));
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
