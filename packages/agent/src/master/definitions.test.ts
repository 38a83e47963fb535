import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { livedMachine, writeFiles as write } from '@tenkai/testkit/lived-machine.ts';
import { importDefinitions, presentDefinitions } from './definitions.ts';
import { prepareMaster } from './prepare.ts';
import type { Scene } from './scene.ts';

const prepare = (scene: Scene) =>
  prepareMaster({ scene, now: () => 1, onStep: () => {} }, { locator: 'mp1.example.org' });
const noSigtool = { sigtool: '/nonexistent/sigtool', clamscan: '/nonexistent/clamscan' };
const noClam =
  !['/usr/bin/clamscan', '/usr/bin/sigtool'].every((path) => existsSync(path)) &&
  'CLAMAV is MISSING: run node scripts/install-test-tools.mjs';

/** A database with a right header over any archive. */
function cvd(version: number, body = `archive ${version}`): Buffer {
  const md5 = createHash('md5').update(body).digest('hex');
  const header = `ClamAV-VDB:01 Jan 2026 00-00 +0000:${version}:7:90:${md5}:sig:builder:1767225600`;
  return Buffer.concat([Buffer.from(header.padEnd(512)), Buffer.from(body)]);
}

test('MASTER-25, MASTER-26, MASTER-27, MASTER-28: definitions are checked, put in place, shown, and needed by ClamAV', async (t) => {
  const scene = livedMachine(t, { isAssigned: false });
  const { paths } = scene.platform;
  write(scene.root, { 'usr/bin/clamscan': '' });
  const drop = join(scene.root, 'drop');
  mkdirSync(drop);
  const put = (name: string, bytes: Buffer) => {
    writeFileSync(join(drop, name), bytes);
    return join(drop, name);
  };
  const main = put('main.cvd', cvd(62));
  const daily = put('daily.cvd', cvd(27220));
  for (const bad of [
    put('bytecode.cvd', Buffer.concat([cvd(3), Buffer.from('damaged')])),
    put('other.cvd', cvd(1)),
    join(drop, 'missing.cvd'),
    put('short/../bytecode.cvd', Buffer.from('ClamAV-VDB')),
  ])
    await assert.rejects(importDefinitions(paths, [main, bad], noSigtool), {
      code: 'master-definitions-invalid',
    });
  assert.deepEqual(presentDefinitions(paths), [], 'one bad file: none is taken');
  await assert.rejects(prepare(scene), {
    code: 'master-definitions-missing',
    params: { kinds: 'clamav-main, clamav-daily' },
  });

  const sha = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');
  const sums = join(drop, 'SHA256SUMS');
  writeFileSync(sums, `${sha(main)}  main.cvd\n${'0'.repeat(64)}  daily.cvd\n`);
  await assert.rejects(importDefinitions(paths, [main, daily], { ...noSigtool, sums }), {
    code: 'master-definitions-invalid',
  });
  writeFileSync(sums, `${sha(main)}  main.cvd\n${sha(daily)} *daily.cvd\n`);
  const [first] = await importDefinitions(paths, [main], { ...noSigtool, sums });
  assert.equal(first?.signature, 'not-checked');
  await assert.rejects(prepare(scene), {
    code: 'master-definitions-missing',
    params: { kinds: 'clamav-daily' },
  });
  await importDefinitions(paths, [daily], { ...noSigtool, sums });
  assert.deepEqual(
    presentDefinitions(paths).map(({ kind, version, builtAt, sha256 }) => [kind, version, builtAt, sha256]),
    [
      ['clamav-daily', '27220', '2026-01-01T00:00:00.000Z', sha(daily)],
      ['clamav-main', '62', '2026-01-01T00:00:00.000Z', sha(main)],
    ],
  );
  const { steps, findings: found } = await prepare(scene);
  assert.deepEqual(
    [steps.at(-2)?.step.id, steps.at(-2)?.outcome, found],
    ['endpoint-protection', 'done', []],
  );
});

test('MASTER-25, MASTER-26: the real ClamAV loads what was taken, finds what it names, and has the last word on what is not sound', {
  skip: noClam,
}, async (t) => {
  const scene = livedMachine(t, { isAssigned: false });
  const { paths } = scene.platform;
  const drop = join(scene.root, 'drop');
  mkdirSync(drop);
  const put = (name: string, bytes: Buffer | string) => {
    writeFileSync(join(drop, name), bytes);
    return join(drop, name);
  };
  const sumsOf = (...files: string[]) => {
    const sha = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');
    return put('SHA256SUMS', files.map((file) => `${sha(file)}  ${file.split('/').at(-1)}\n`).join(''));
  };
  const words = 'tenkai-sample-7c1f0b52';
  const own = put('site.ndb', `Site.Sample:0:*:${Buffer.from(words).toString('hex')}\n`);
  const broken = put('broken.ndb', 'no signature at all\n');
  const forged = put('daily.cvd', cvd(27220));
  const refused = (what: RegExp) => ({ code: 'master-definitions-invalid', detail: what });
  await assert.rejects(importDefinitions(paths, [own]), refused(/--sums are needed/));
  const sums = sumsOf(own, broken, forged);
  await assert.rejects(importDefinitions(paths, [own, broken], { sums }), refused(/Malformed database/));
  await assert.rejects(
    importDefinitions(paths, [own, forged], { sums }),
    refused(/Can't verify database integrity/),
  );
  assert.deepEqual(presentDefinitions(paths), []);

  const [taken] = await importDefinitions(paths, [own], { sums });
  assert.deepEqual(
    [taken?.kind, taken?.version, taken?.signature],
    ['clamav-own', 'site.ndb', 'not-checked'],
  );
  assert.deepEqual(
    presentDefinitions(paths).map(({ version, sha256 }) => [version, sha256]),
    [['site.ndb', taken?.sha256]],
  );
  const folder = join(scene.root, 'var/lib/clamav');
  assert.deepEqual(readdirSync(folder), ['site.ndb']);
  const scan = (name: string, text: string) => {
    const args = ['--no-summary', '--infected', `--database=${folder}`, put(name, text)];
    const { status, stdout } = spawnSync('clamscan', args, { encoding: 'utf8', timeout: 120_000 });
    return [status, stdout.replace(`${drop}/`, '').trim()];
  };
  assert.deepEqual(scan('harmless', 'nothing\n'), [0, '']);
  assert.deepEqual(scan('sample', `begin ${words} end\n`), [1, 'sample: Site.Sample.UNOFFICIAL FOUND']);
});
