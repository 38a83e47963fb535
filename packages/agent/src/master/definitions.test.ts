import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { livedMachine, writeFiles as write } from '@tenkai/testkit/lived-machine.ts';
import { importDefinitions, presentDefinitions } from './definitions.ts';
import { prepareMaster } from './prepare.ts';
import type { Scene } from './scene.ts';

const prepare = (scene: Scene) =>
  prepareMaster({ scene, now: () => 1, onStep: () => {} }, { locator: 'mp1.example.org' });
const noSigtool = { sigtool: '/nonexistent/sigtool' };

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
