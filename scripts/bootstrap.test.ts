import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

// A project of its own with one local dependency, so that a real `npm ci` runs without any network.
let project = '';

before(async () => {
  project = await mkdtemp(join(tmpdir(), 'tenkai-bootstrap-'));
  await mkdir(join(project, 'scripts'));
  await mkdir(join(project, 'brought'));
  await copyFile(
    fileURLToPath(new URL('bootstrap.mjs', import.meta.url)),
    join(project, 'scripts/bootstrap.mjs'),
  );
  await writeScript(
    'where',
    `import { existsSync } from 'node:fs';
    console.log('ready', existsSync('node_modules/brought/index.js'), process.argv.slice(2).join(' '));`,
  );
  await writeScript('seven', 'process.exitCode = 7;');
  await writeScript(
    'wait',
    `process.on('SIGTERM', () => process.exit(9)); setInterval(() => {}, 1000); console.log('waiting');`,
  );
  await writeJson('brought/package.json', { name: 'brought', version: '1.0.0' });
  await writeFile(join(project, 'brought/index.js'), '');
  await writeJson('package.json', {
    name: 'project',
    type: 'module',
    dependencies: { brought: 'file:./brought' },
  });
  const lock = spawnSync('npm', ['install', '--package-lock-only', '--no-audit', '--offline'], {
    cwd: project,
  });
  assert.equal(lock.status, 0, String(lock.stderr));
});

after(() => rm(project, { recursive: true, force: true }));

const writeScript = (name: string, source: string) =>
  writeFile(join(project, 'scripts', `${name}.ts`), source);
const writeJson = (path: string, value: object) => writeFile(join(project, path), JSON.stringify(value));
const bootstrap = (...args: string[]) =>
  spawnSync(process.execPath, ['scripts/bootstrap.mjs', ...args], { cwd: project, encoding: 'utf8' });

test('bootstrap installs what is missing, once, and hands the arguments over', () => {
  const first = bootstrap('where', '--exit', 'a b');
  assert.equal(first.stdout, 'ready true --exit a b\n', first.stderr);
  assert.match(first.stderr, /npm ci/);
  const second = bootstrap('where');
  assert.equal(second.stdout, 'ready true \n');
  assert.equal(second.stderr, '');
});

test('bootstrap installs again after an installation that was cut off', async () => {
  bootstrap('seven');
  await rm(join(project, 'node_modules/.package-lock.json'));
  await rm(join(project, 'node_modules/brought'), { recursive: true });
  const result = bootstrap('where');
  assert.equal(result.stdout, 'ready true \n', result.stderr);
});

test('bootstrap shows npm’s own error and runs nothing when the installation fails', async () => {
  await mkdir(join(project, 'broken/scripts'), { recursive: true });
  await copyFile(join(project, 'scripts/bootstrap.mjs'), join(project, 'broken/scripts/bootstrap.mjs'));
  await writeFile(
    join(project, 'broken/scripts/touch.ts'),
    `await (await import('node:fs/promises')).writeFile('ran', '');`,
  );
  await writeJson('broken/package.json', { name: 'broken', dependencies: { nowhere: '1.0.0' } });
  const result = spawnSync(process.execPath, ['scripts/bootstrap.mjs', 'touch'], {
    cwd: join(project, 'broken'),
    encoding: 'utf8',
  });
  assert.equal(result.status, 1);
  assert.match(result.stderr, /EUSAGE|package-lock/);
  assert.ok(!existsSync(join(project, 'broken/ran')));
});

test('bootstrap passes the exit status on', () => {
  assert.equal(bootstrap('seven').status, 7);
});

test('bootstrap names the scripts there are when the name is wrong', () => {
  const result = bootstrap('nothing');
  assert.equal(result.status, 2);
  assert.match(result.stderr, /seven, wait, where/);
});

test('bootstrap forwards a signal and ends with what the script answered', async () => {
  bootstrap('seven');
  const child = spawn(process.execPath, ['scripts/bootstrap.mjs', 'wait'], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout.once('data', () => child.kill('SIGTERM'));
  const status = await new Promise((resolve) => child.on('close', resolve));
  assert.equal(status, 9);
});
