/** Packages for arm64, made on whatever machine this is, and the programs in them under qemu-user. */
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { enrollmentRoutes, machineRoutes } from '@tenkai/protocol';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { until } from '@tenkai/testkit/rig/until.ts';
import { newAgent } from '@tenkai/testkit/small-site/run-agent.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';
import { nodePackageFor } from './node-package.ts';

const root = resolve(import.meta.dirname, '../..');
const emulator = '/usr/bin/qemu-aarch64-static';
/** Debian's C and C++ libraries for arm64, as packages of every architecture. */
const libraries = '/usr/aarch64-linux-gnu';
const isNative = process.arch === 'arm64';
const needed = [
  '/usr/bin/dpkg-deb',
  '/usr/bin/rpmbuild',
  ...(isNative ? [] : [emulator, `${libraries}/lib/libc.so.6`, `${libraries}/lib/libstdc++.so.6`]),
];
const missing = needed.filter((path) => !existsSync(path)).join(', ');
const skip =
  missing !== '' && `${missing} MISSING: run node scripts/install-test-tools.mjs as root; ARM64 NOT TRIED`;

const version = '9.8.7';
const limitMs = 300_000;
const run = (program: string, args: readonly string[], env: Record<string, string> = {}) =>
  execFileSync(program, args, {
    encoding: 'utf8',
    timeout: limitMs,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });

/** False where npm has no registry to ask; other bytes than the locked ones are an error. */
async function hasNode(t: TestContext): Promise<boolean> {
  try {
    await nodePackageFor('arm64');
    return true;
  } catch (error) {
    if (!/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET/.test(String(error))) throw error;
    t.skip(`NODE FOR ARM64 cannot be fetched; ARM64 NOT TRIED: ${String(error).split('\n')[0]}`);
    return false;
  }
}

describe('arm64', { skip }, () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tenkai-arm64-test-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const out = (kind: string) => join(folder, kind);
  /** Into a folder of its own. */
  function build(kind: 'deb' | 'rpm', name: 'agent' | 'server', ...more: string[]) {
    const words = [name, '--arch', 'arm64', '--version', version, '--out', out(name), ...more];
    run(process.execPath, [join(root, `scripts/package-${kind}.ts`), ...words]);
  }
  function unpackDeb(name: 'agent' | 'server'): string {
    const deb = `tenkai-${name}_${version}_arm64.deb`;
    assert.equal(run('dpkg-deb', ['--field', join(out(name), deb), 'Architecture']).trim(), 'arm64');
    run('dpkg-deb', ['--extract', join(out(name), deb), join(folder, name, 'tree')]);
    return deb;
  }
  const lib = (name: 'agent' | 'server') => join(folder, name, 'tree/usr/lib', `tenkai-${name}`);
  /** A program of a package, as its launcher starts it. */
  function words(name: 'agent' | 'server', file: string, ...args: string[]): [string, ...string[]] {
    const own = [join(lib(name), 'node'), '--disable-warning=ExperimentalWarning', join(lib(name), file)];
    const [program = '', ...rest] = [...(isNative ? [] : [emulator, '-L', libraries]), ...own, ...args];
    return [program, ...rest];
  }

  test('BOSM-02: packages of the agent for arm64 say so, and the agent in them runs there', async (t) => {
    if (!(await hasNode(t))) return;
    for (const kind of ['deb', 'rpm'] as const) build(kind, 'agent');
    const [deb, rpm] = [unpackDeb('agent'), `tenkai-agent-${version}-1.aarch64.rpm`];
    const format = ['-qp', '--queryformat', '%{ARCH} %{OS}'];
    assert.equal(run('rpm', [...format, join(out('agent'), rpm)]), 'aarch64 linux');
    assert.deepEqual(
      (await readdir(out('agent'))).sort(),
      ['SHA256SUMS', 'install-agent.sh', rpm, deb, 'tree'].sort(),
    );
    const agent = (...args: string[]) => {
      const [program, ...rest] = words('agent', 'tenkai-agent.mjs', ...args);
      return run(program, rest, { TENKAI_AGENT_DATA: join(folder, 'data') });
    };
    assert.equal(agent('--version').trim(), version);
    const { general, site } = JSON.parse(agent('status', '--json')) as {
      general: { version: string };
      site: { isAssigned: boolean };
    };
    assert.deepEqual([general.version, site.isAssigned], [version, false]);
  });

  test('BOSM-02: the package of the server for arm64 says so, brings the agent for arm64, and its programs run there', async (t) => {
    if (!(await hasNode(t))) return;
    // Its .rpm is made of the same files by what makes the agent's.
    build('deb', 'server', '--console-as-built', '--agents', out('agent'));
    unpackDeb('server');
    const files = (await readdir(lib('server'), { recursive: true })).map((path) =>
      join(lib('server'), path),
    );
    const native = files.filter((path) => /\/node$|\.node$/.test(path) && !path.endsWith('node_modules'));
    assert.ok(native.length >= 2, native.join());
    for (const path of native) assert.equal(await machineOf(path), aarch64, path);
    assert.ok(files.some((path) => path.endsWith(`agents/tenkai-agent_${version}_arm64.deb`)));
    const [cli, ...asked] = words('server', 'tenkai.mjs', '--version');
    assert.equal(run(cli, asked).trim(), version);
    const [program, ...rest] = words('server', 'tenkai-server.mjs');
    const where = { TENKAI_DATA: join(folder, 'site'), TENKAI_PORT: '0', TENKAI_LISTEN: '127.0.0.1' };
    const site = spawn(program, rest, {
      env: { ...process.env, ...where },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    atEnd(t, () => site.kill('SIGKILL'));
    let said = '';
    site.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    await until('the site is ready', () => said.includes('Tenkai is ready'), limitMs);
  });

  test('BOSM-02: an agent of arm64 enrolls at a real site and reports its architecture', async (t) => {
    if (!(await hasNode(t))) return;
    const server = await startTestServer({ listen: true });
    atEnd(t, () => server.stop());
    const scene = newAgent();
    atEnd(t, () => scene.remove());
    const body = { name: 'arm64', maxUses: 1, validHours: 1 };
    const { secret } = await server.call(enrollmentRoutes.createTicket, { body });
    const ticketFile = join(scene.root, 'ticket');
    await writeFile(ticketFile, secret, { mode: 0o600 });
    const pin = ['--root-fingerprint', server.kernel.keys.rootFingerprint, '--ticket-file', ticketFile];
    const [program, ...enroll] = words(
      'agent',
      'tenkai-agent.mjs',
      'enroll',
      '--server',
      server.baseUrl,
      ...pin,
    );
    const { env } = scene;
    await promisify(execFile)(program, enroll, { env, timeout: limitMs });
    const [, ...service] = words('agent', 'tenkai-agent.mjs', 'run');
    const child = spawn(program, service, { env, stdio: 'ignore' });
    atEnd(t, () => child.kill('SIGKILL'));
    const row = await until(
      'the site has its inventory',
      async () => {
        const { items } = await server.call(machineRoutes.list, { query: {} });
        return items.find(({ isOnline, architecture }) => isOnline && architecture !== '');
      },
      limitMs,
    );
    assert.deepEqual([row.architecture, row.agentVersion], ['arm64', version]);
    const { inventory } = await server.call(machineRoutes.get, { params: { id: row.id } });
    assert.equal(inventory?.operatingSystem.architecture, 'arm64');
  });
});

/** EM_AARCH64 of the ELF specification, at byte 18 of the header. */
const aarch64 = 183;
const machineOf = async (path: string) => (await readFile(path)).readUInt16LE(18);
