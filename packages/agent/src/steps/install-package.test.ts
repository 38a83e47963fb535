import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { publishContent } from '@tenkai/testkit/small-site/publish.ts';
import { runSteps } from '@tenkai/testkit/small-site/run-steps.ts';
import { contentPart, installStep, scriptStep } from '@tenkai/testkit/small-site/steps.ts';
import { findProgram } from '../platform/linux/installer.ts';
import { agent, inRoot, options, outcome, printsVersion, site } from './steps-for-test.ts';

test(
  'BPKG-28, BPKG-35: an installer that exits with 0 and installs nothing has failed: not detected',
  options,
  async () => {
    const detection = [{ kind: 'file' as const, path: '/opt/app' }];
    const never = scriptStep('touch "$TENKAI_ROOT/never"');
    const { results, end } = await runSteps(site, agent, [
      installStep({ parameters: 'echo fine', detection }),
      never,
    ]);
    assert.deepEqual(results.map(outcome), [['failed', 'not-detected']]);
    assert.deepEqual([results[0]?.exitCode, results[0]?.reason?.params], [0, { found: 'no such file' }]);
    assert.deepEqual([end?.event, end?.succeeded, end?.reason?.code], ['finished', false, 'not-detected']);
    assert.equal(existsSync(inRoot('never')), false);
  },
);

test('DIST-14: a dependency that is detected is not run again, one that is missing is', options, async () => {
  const install = (name: string) =>
    installStep({
      parameters: `echo ${name} >> "$TENKAI_ROOT/log"; echo 2.0 > "$TENKAI_ROOT/${name}"`,
      detection: [{ kind: 'script', interpreter: 'sh', text: `cat "$TENKAI_ROOT/${name}"` }],
      isDependency: true,
    });
  writeFileSync(inRoot('there'), '1.0');
  const { results, end } = await runSteps(site, agent, [
    install('there'),
    install('missing'),
    install('missing'),
  ]);
  assert.deepEqual(results.map(outcome), [
    ['skipped', 'already-installed'],
    ['succeeded', null],
    ['skipped', 'already-installed'],
  ]);
  assert.deepEqual(
    results.map(({ versionBefore, versionAfter }) => [versionBefore, versionAfter]),
    [
      ['1.0', '1.0'],
      [null, '2.0'],
      ['2.0', '2.0'],
    ],
  );
  assert.equal(readFileSync(inRoot('log'), 'utf8'), 'missing\n');
  assert.deepEqual(
    end?.verified?.map(({ index, isDetected, found }) => [index, isDetected, found]),
    [
      [0, true, '1.0'],
      [1, true, '2.0'],
      [2, true, '2.0'],
    ],
  );
});

test('law 8: what a later step removes is not verified at the end', options, async () => {
  const install = installStep({ parameters: 'echo 1 > "$TENKAI_ROOT/version"', detection: [printsVersion] });
  const { results, end } = await runSteps(site, agent, [install, scriptStep('rm "$TENKAI_ROOT/version"')]);
  assert.deepEqual(results.map(outcome), [
    ['succeeded', null],
    ['succeeded', null],
  ]);
  assert.deepEqual([end?.succeeded, end?.reason?.code, end?.reason?.params.step], [false, 'not-detected', 0]);
});

test('BPKG-36: scripts before and after the installer; one that fails stops it', options, async () => {
  const log = (word: string) => `echo ${word} >> "$TENKAI_ROOT/log"`;
  const hook = (text: string) => ({ interpreter: 'sh' as const, text });
  const detection = [printsVersion];
  const parameters = `${log('main')}; echo 1 > "$TENKAI_ROOT/version"`;
  const good = installStep({ parameters, detection, before: hook(log('before')), after: hook(log('after')) });
  const refusing = installStep({
    parameters: log('never'),
    detection: [{ kind: 'file', path: '/x' }],
    before: hook('echo no; exit 3'),
    continueOnError: true,
  });
  const { results } = await runSteps(site, agent, [refusing, good]);
  assert.deepEqual(results.map(outcome), [
    ['failed', 'before-script-failed'],
    ['succeeded', null],
  ]);
  assert.deepEqual([results[0]?.exitCode, results[0]?.logTail], [3, 'no\n']);
  assert.deepEqual(readFileSync(inRoot('log'), 'utf8').trim().split('\n'), ['before', 'main', 'after']);
});

test(
  'BPKG-52: a package whose condition does not hold on the machine is skipped, with what was found',
  options,
  async () => {
    const applicableWhen = { kind: 'all' as const, of: [{ kind: 'file-exists' as const, path: '/license' }] };
    const step = installStep({
      parameters: 'echo 1 > "$TENKAI_ROOT/version"',
      detection: [printsVersion],
      applicableWhen,
    });
    const without = await runSteps(site, agent, [step]);
    assert.deepEqual(without.results.map(outcome), [['skipped', 'condition-not-met']]);
    assert.deepEqual(without.results[0]?.reason?.params, {
      subject: '/license',
      expected: 'present',
      actual: 'absent',
      truth: 'no',
    });
    writeFileSync(inRoot('license'), '');
    const withIt = await runSteps(site, agent, [step]);
    assert.deepEqual(withIt.results.map(outcome), [['succeeded', null]]);
  },
);

test('a real .deb is installed by dpkg and found by its version', {
  ...options,
  skip: findProgram('dpkg-deb') ? false : 'dpkg is not installed',
}, async () => {
  for (const folder of ['info', 'updates', 'triggers'])
    mkdirSync(inRoot(`var/lib/dpkg/${folder}`), { recursive: true });
  for (const file of ['status', 'available']) writeFileSync(inRoot(`var/lib/dpkg/${file}`), '');
  const rule = {
    kind: 'package' as const,
    source: 'dpkg' as const,
    name: 'tenkai-sample',
    operator: '>=' as const,
  };
  const step = async (version: string) => {
    const manifest = await publishContent(site, { 'パッケージ/sample.deb': buildDeb(version) });
    const detection = [{ ...rule, version }];
    return installStep({ content: contentPart(manifest), executable: 'パッケージ/sample.deb', detection });
  };
  const first = await runSteps(site, agent, [await step('1.9-1')]);
  assert.deepEqual(first.results.map(outcome), [['succeeded', null]], first.results[0]?.logTail);
  const second = await runSteps(site, agent, [await step('1.10-1'), await step('1.10-1')]);
  assert.deepEqual(second.results.map(outcome), [
    ['succeeded', null],
    ['skipped', 'already-installed'],
  ]);
  assert.deepEqual([second.results[0]?.versionBefore, second.results[0]?.versionAfter], ['1.9-1', '1.10-1']);
  const query = ['--admindir', inRoot('var/lib/dpkg'), '-W', '-f', '$'.concat('{Version}'), 'tenkai-sample'];
  assert.equal(execFileSync('dpkg-query', query, { encoding: 'utf8' }), '1.10-1');
});

function buildDeb(version: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'tenkai-deb-'));
  try {
    mkdirSync(join(folder, 'tree/DEBIAN'), { recursive: true, mode: 0o755 });
    mkdirSync(join(folder, 'tree/opt'));
    writeFileSync(join(folder, 'tree/opt/sample'), version);
    const control = [
      'Package: tenkai-sample',
      `Version: ${version}`,
      'Architecture: all',
      'Maintainer: T <t@example.org>',
    ];
    writeFileSync(join(folder, 'tree/DEBIAN/control'), `${control.join('\n')}\nDescription: sample\n`);
    execFileSync('dpkg-deb', ['--root-owner-group', '--build', join(folder, 'tree'), join(folder, 'x.deb')], {
      stdio: 'ignore',
    });
    return readFileSync(join(folder, 'x.deb'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
