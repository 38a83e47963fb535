/** The agent's packages for arm64, made on whatever machine this is, and the agent in them under qemu-user. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
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

const run = (program: string, args: readonly string[], env: Record<string, string> = {}) =>
  execFileSync(program, args, {
    encoding: 'utf8',
    timeout: 300_000,
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

test('BOSM-02: packages for arm64 say so, and the agent in them runs there', { skip }, async (t) => {
  if (!(await hasNode(t))) return;
  const folder = await mkdtemp(join(tmpdir(), 'tenkai-arm64-test-'));
  try {
    for (const kind of ['deb', 'rpm'])
      run(process.execPath, [
        join(root, `scripts/package-${kind}.ts`),
        'agent',
        ...['--arch', 'arm64', '--version', '9.8.7', '--out', folder],
      ]);
    const [rpm, deb] = ['tenkai-agent-9.8.7-1.aarch64.rpm', 'tenkai-agent_9.8.7_arm64.deb'];
    assert.deepEqual((await readdir(folder)).sort(), ['SHA256SUMS', 'install-agent.sh', rpm, deb]);
    assert.equal(run('dpkg-deb', ['--field', join(folder, deb), 'Architecture']).trim(), 'arm64');
    assert.equal(run('rpm', ['-qp', '--queryformat', '%{ARCH} %{OS}', join(folder, rpm)]), 'aarch64 linux');
    const tree = join(folder, 'tree');
    run('dpkg-deb', ['--extract', join(folder, deb), tree]);
    const lib = join(tree, 'usr/lib/tenkai-agent');
    const agent = (...args: string[]) => {
      const words = [
        join(lib, 'node'),
        '--disable-warning=ExperimentalWarning',
        join(lib, 'tenkai-agent.mjs'),
      ];
      const [program = '', ...rest] = [...(isNative ? [] : [emulator, '-L', libraries]), ...words, ...args];
      return run(program, rest, { TENKAI_AGENT_DATA: join(folder, 'data') });
    };
    assert.equal(agent('--version').trim(), '9.8.7');
    const { general, site } = JSON.parse(agent('status', '--json')) as {
      general: { version: string };
      site: { isAssigned: boolean };
    };
    assert.deepEqual([general.version, site.isAssigned], ['9.8.7', false]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
