import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type ConditionLeaf, Inventory } from '@tenkai/domain';
import { evaluateCondition } from '@tenkai/domain/software/condition-evaluation.ts';
import * as Value from 'typebox/value';
import type { Platform } from '../platform.ts';
import { run } from '../shell.ts';
import { openLinux } from './index.ts';
import { findProgram } from './installer.ts';
import { statOf } from './proc.ts';

// The real system, and a folder that stands for one.
const root = mkdtempSync(join(tmpdir(), 'tenkai-root-'));
after(() => rmSync(root, { recursive: true, force: true }));
const open = (own: string | null): Platform =>
  openLinux({ root: own, powerCommand: null, bootIdFile: null, env: {} });
const signal = new AbortController().signal;
const noDpkg = findProgram('dpkg-deb') === null ? 'dpkg is not installed' : false;

test('BAGT-17: the inventory of this machine equals its os-release, kernel and package list', async () => {
  const found = await open(null).inventory.collect(signal);
  const inventory = { ...found, agent: { version: '0' } };
  assert.deepEqual(Value.Errors(Inventory, inventory), []);
  assert.equal(found.operatingSystem.kernel, release());
  assert.equal(found.operatingSystem.bootId, readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
  const id = execFileSync('sh', ['-c', '. /etc/os-release; printf %s "$ID"'], { encoding: 'utf8' });
  assert.equal(found.operatingSystem.id, id);
  if (!noDpkg) {
    const shown = execFileSync('dpkg-query', ['-W', '-f=$'.concat('{db:Status-Status}\\n')], {
      encoding: 'utf8',
    });
    const installed = shown.split('\n').filter((line) => line === 'installed');
    assert.equal(found.software.filter(({ source }) => source === 'dpkg').length, installed.length);
  }
});

test('detection: files by existence, size and hash, below the root folder alone', async () => {
  const { detection } = open(root);
  mkdirSync(join(root, 'opt'), { recursive: true });
  writeFileSync(join(root, 'opt/file'), 'text');
  const sha256 = createHash('sha256').update('text').digest('hex');
  const detect = async (rule: object) => {
    const { isDetected, found } = await detection.detect(
      { kind: 'file', path: '/opt/file', ...rule },
      signal,
    );
    return [isDetected, found];
  };
  assert.deepEqual(await detect({}), [true, '4 bytes']);
  assert.deepEqual(await detect({ minimumBytes: 5 }), [false, '4 bytes']);
  assert.deepEqual(await detect({ minimumBytes: 4 }), [true, '4 bytes']);
  assert.deepEqual(await detect({ sha256 }), [true, `sha256 ${sha256}`]);
  assert.deepEqual(await detect({ sha256: '0'.repeat(64) }), [false, `sha256 ${sha256}`]);
  assert.deepEqual(await detect({ path: '/opt' }), [true, 'folder']);
  assert.deepEqual(await detect({ path: '/opt', minimumBytes: 1 }), [false, 'not a file']);
  assert.deepEqual(await detect({ path: '/etc/passwd' }), [false, 'no such file']);
  assert.deepEqual(await detect({ path: '/../../../../../../etc/passwd' }), [false, 'no such file']);
});

test('detection: packages by status and version', { skip: noDpkg }, async () => {
  const { detection, installer } = open(root);
  for (const folder of ['info', 'updates', 'triggers'])
    mkdirSync(join(root, 'var/lib/dpkg', folder), { recursive: true });
  for (const file of ['status', 'available']) writeFileSync(join(root, 'var/lib/dpkg', file), '');
  const detect = async (rule: object) => {
    const name = 'tenkai-sample';
    const { isDetected, found } = await detection.detect(
      { kind: 'package', source: 'dpkg', name, ...rule },
      signal,
    );
    return [isDetected, found];
  };
  assert.deepEqual(await detect({}), [false, 'not installed']);
  assert.equal(await detection.versionOf('dpkg', 'tenkai-sample', signal), null);

  const { program, args } = installer.commandFor(buildDeb('1.10-1'), []);
  const installed = await run(program, args, { timeoutMs: 60_000 });
  assert.equal(installed.code, 0, installed.stderr);
  assert.deepEqual(await detect({}), [true, '1.10-1']);
  assert.deepEqual(await detect({ operator: '>=', version: '1.9' }), [true, '1.10-1']);
  assert.deepEqual(await detect({ operator: '<', version: '1.9' }), [false, '1.10-1']);
  assert.deepEqual(await detect({ name: 'tenkai-*' }), [false, 'not installed']);
  assert.deepEqual(await detect({ name: '--admindir=/var/lib/dpkg' }), [false, 'not installed']);
  assert.equal(await detection.versionOf('dpkg', 'tenkai-sample', signal), '1.10-1');

  execFileSync('dpkg', [`--root=${root}`, '--force-not-root', '--remove', 'tenkai-sample'], {
    stdio: 'ignore',
  });
  assert.deepEqual(await detect({}), [false, '1.10-1 (config-files)']);
});

function buildDeb(version: string): string {
  const tree = join(root, 'build');
  mkdirSync(join(tree, 'DEBIAN'), { recursive: true, mode: 0o755 });
  mkdirSync(join(tree, 'etc'), { recursive: true });
  writeFileSync(join(tree, 'etc/tenkai-sample'), version);
  writeFileSync(join(tree, 'DEBIAN/conffiles'), '/etc/tenkai-sample\n');
  const control = [
    'Package: tenkai-sample',
    `Version: ${version}`,
    'Architecture: all',
    'Maintainer: T <t@example.org>',
  ];
  writeFileSync(join(tree, 'DEBIAN/control'), `${control.join('\n')}\nDescription: sample\n`);
  const file = join(root, 'sample.deb');
  execFileSync('dpkg-deb', ['--root-owner-group', '--build', tree, file], { stdio: 'ignore' });
  return file;
}

test('detection: scripts must end with 0 and print something', async () => {
  const { detection } = open(root);
  const detect = async (text: string) => {
    const { isDetected, found } = await detection.detect({ kind: 'script', interpreter: 'sh', text }, signal);
    return [isDetected, found];
  };
  assert.deepEqual(await detect('echo here'), [true, 'here']);
  assert.deepEqual(await detect('true'), [false, 'nothing printed']);
  assert.deepEqual(await detect('echo no; echo why >&2; exit 3'), [false, 'exit code 3 why']);
  assert.deepEqual(await detect('printf %s "$TENKAI_ROOT"'), [true, root]);
});

test('conditions: what the machine finds for each leaf', async () => {
  const { detection } = open(root);
  symlinkSync('/nowhere', join(root, 'dangling'));
  assert.deepEqual(await detection.probe({ kind: 'file-exists', path: '/dangling' }, signal), {
    state: 'absent',
  });
  assert.equal((await detection.probe({ kind: 'file-exists', path: '/' }, signal)).state, 'present');
  const asked = { kind: 'registry', key: 'HKLM\\X' } as const;
  const cause = 'no registry on this system';
  assert.deepEqual(await detection.probe(asked, signal), { state: 'unknown', cause });
  const { isDetected, found } = await detection.detect({ ...asked, operator: 'missing' }, signal);
  assert.deepEqual([isDetected, found], [false, cause]);
  const leaf = { kind: 'os-release', key: 'NO_SUCH_KEY', operator: '=', value: '' } as const;
  assert.deepEqual(await detection.probe(leaf, signal), { state: 'absent' });
});

test('BAGT-18: conditions hold by what dpkg and os-release of this machine say', {
  skip: noDpkg,
}, async () => {
  const { detection } = open(null);
  const version = execFileSync('dpkg-query', ['-W', '-f=$'.concat('{Version}'), 'dpkg'], {
    encoding: 'utf8',
  });
  const id = execFileSync('sh', ['-c', '. /etc/os-release; printf %s "$ID"'], { encoding: 'utf8' });
  const holds = async (leaf: ConditionLeaf) => {
    const fact = await detection.probe(leaf, signal);
    return evaluateCondition(leaf, () => fact).holds;
  };
  const dpkg = { kind: 'package-version', source: 'dpkg', name: 'dpkg', version } as const;
  const system = { kind: 'os-release', key: 'ID', operator: '=' } as const;
  for (const [leaf, wanted] of [
    [{ ...dpkg, operator: '=' }, true],
    [{ ...dpkg, operator: '>=', version: `${version}~` }, true],
    [{ ...dpkg, operator: '>', version }, false],
    [{ ...dpkg, operator: '>=', version: `${version}+` }, false],
    [{ ...dpkg, operator: '>=', name: 'tenkai-none' }, false],
    [{ ...system, value: id }, true],
    [{ ...system, value: `${id}x` }, false],
  ] as const)
    assert.equal(await holds(leaf), wanted, JSON.stringify(leaf));
});

test("a program that is asked something has no input: bash takes none of the user's start files for it", async () => {
  const home = mkdtempSync(join(tmpdir(), 'tenkai-home-'));
  writeFileSync(join(home, '.bashrc'), 'sleep 60\n');
  const env = { PATH: process.env.PATH ?? '', HOME: home };
  const answer = await run('bash', ['-c', 'echo asked; cat'], { timeoutMs: 20_000, env });
  rmSync(home, { recursive: true });
  assert.deepEqual(answer, { code: 0, problem: '', stdout: 'asked\n', stderr: '' });
});

test('a program that outlives its limit is ended with all that it started', async () => {
  const file = join(root, 'grandchild');
  const script = `sh -c 'echo $$ > ${file}; exec sleep 60' & wait`;
  const { code, problem } = await run('sh', ['-c', script], { timeoutMs: 400 });
  assert.deepEqual([code, problem], [null, 'no answer within 400 ms']);
  const pid = Number(readFileSync(file, 'utf8'));
  while (statOf(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
});
