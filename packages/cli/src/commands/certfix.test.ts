/** The command in a process of its own, and the agent's beside it: what they print, and how they end. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { createCli } from '@tenkai/testkit/tenkai-cli.ts';

const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
const named = `friendlyName: SMS\0x\n-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n`;
const agentMain = resolve(import.meta.dirname, '../../../agent/src/main.ts');

test('IDENT-16, IDENT-17: tenkai certfix with one argument writes its log there, in a path with spaces', async (t) => {
  const { home, run, json } = await createCli(t);
  const files = join(home, 'my files');
  await mkdir(files);
  await writeFile(join(files, 'a.pem'), named);
  const dry: { repaired: number } | undefined = JSON.parse(
    (await run(['--json', 'certfix', '--path', files, '--dry-run'])).stdout,
  );
  assert.equal(dry?.repaired, 1);
  const first = await run(['certfix', 'my files/fix.log', '--path', files], { cwd: home });
  assert.deepEqual([first.code, first.stderr], [0, '']);
  assert.match(
    first.stdout,
    /a\.pem +repaired +SMS +the friendly name holds a NUL\n1 checked\. 1 repaired\./,
  );
  assert.match(await readFile(join(files, 'fix.log'), 'utf8'), /name-nul "SMS\\u0000x"/);
  const again: { repaired: number; good: number } = await json(['certfix', '--path', files]);
  assert.deepEqual([again.repaired, again.good], [0, 1]);
  await writeFile(join(files, 'b.crt'), broken);
  const left = await run(['certfix', '--path', files], { env: { LANG: 'ja_JP.UTF-8' } });
  assert.equal(left.code, 1);
  assert.match(left.stdout, /証明書が壊れています/);
  assert.match(left.stderr, /1 of 2 entries are not in order/);
  assert.equal((await run(['certfix', 'a.log', '--log', 'b.log'])).code, 2);
  assert.equal((await run(['certfix', '--options'])).code, 2);
});

test('IDENT-16: tenkai-agent certfix needs no option, and says what is wrong', async (t) => {
  const { home } = await createCli(t);
  const data = join(home, 'agent');
  await mkdir(join(data, 'identity'), { recursive: true });
  await writeFile(join(data, 'identity', 'signing.pem'), named);
  const agent = (...args: string[]) =>
    spawnSync(process.execPath, [agentMain, 'certfix', ...args], {
      env: { PATH: process.env.PATH ?? '', TENKAI_AGENT_DATA: data },
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
      timeout: 60_000,
    });
  if (process.geteuid?.() !== 0) {
    const refused = agent();
    assert.deepEqual([refused.status, /certfix-rights-missing/.test(refused.stderr)], [1, true]);
    return;
  }
  assert.deepEqual(
    [agent('--dry-run').status, agent().stdout.split('\n').at(-2)],
    [1, '1 checked. 1 repaired.'],
  );
  assert.deepEqual([agent().status, JSON.parse(agent('--json').stdout).good], [0, 1]);
  // More than a pipe holds: all of it must have been written before the process ends.
  for (let index = 0; index < 400; index += 1)
    await writeFile(join(data, 'identity', `${index}.pem`), broken.repeat(3));
  assert.equal(JSON.parse(agent('--json', '--dry-run').stdout).left, 400);
});
