/** The command on real files: what it repairs, keeps, refuses and says. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { openOpensslBench } from '@tenkai/testkit/certificates/openssl.ts';
import { bmpName, renamedPfx } from '@tenkai/testkit/certificates/renamed-pfx.ts';
import { type CertfixCommand, isInOrder, runCertfix } from './command.ts';
import { readPlainFile, replaceFile } from './replace-file.ts';
import { summaryText } from './report-text.ts';
import type { CertfixHost } from './stores/default-stores.ts';

const openssl = openOpensslBench();
const now = Date.now() + 3_600_000;

describe('certfix on files', { skip: openssl ? false : 'SKIPPED LOUDLY: there is no openssl' }, () => {
  if (!openssl) return;
  const root = mkdtempSync(join(tmpdir(), 'tenkai-certfix-'));
  after(() => {
    openssl.remove();
    rmSync(root, { recursive: true, force: true });
  });
  const { certificate, key } = openssl.certificate('one');
  const password = 'secret';
  const bad = renamedPfx(openssl.pfx('one', password, '-name', 'x'), password, [bmpName('SMS\0x')]);
  const broken = `Bag Attributes\n friendlyName: a\0b\n${certificate}${key}`;
  let folders = 0;
  const folder = (files: Record<string, string | Buffer>) => {
    folders += 1;
    const path = join(root, `folder ${folders}`);
    mkdirSync(path);
    for (const [name, bytes] of Object.entries(files))
      writeFileSync(join(path, name), bytes, { mode: 0o640 });
    return path;
  };
  const host = (over: Partial<CertfixHost> = {}): CertfixHost => ({
    platform: 'linux',
    effectiveUid: 0,
    env: {},
    loadCrypt32: () => assert.fail('there is no crypt32'),
    ...over,
  });
  const run = (options: CertfixCommand, over: Partial<CertfixHost> = {}) =>
    runCertfix({ host: host(over), cwd: root, now: () => now, signal: AbortSignal.timeout(60_000) }, options);
  const passwordFile = () => {
    const file = join(root, 'passwords');
    writeFileSync(file, `other\n${password}\n`, { mode: 0o600 });
    return file;
  };

  test('IDENT-21: files are repaired, rights and the old file stay, and the second run changes nothing', async () => {
    const path = folder({ 'a.pfx': bad, 'b.PEM': broken, 'good.crt': certificate, 'readme.txt': 'a\0b' });
    const first = await run({ path: [path], passwordFile: passwordFile() });
    assert.deepEqual([first.checked, first.good, first.repaired, first.left], [3, 1, 2, 0]);
    assert.ok(isInOrder(first));
    assert.deepEqual(
      first.items.map(({ importError }) => importError),
      ['0x80092024', '0x80092024'],
    );
    assert.equal(lstatSync(join(path, 'a.pfx')).mode & 0o777, 0o640);
    assert.deepEqual(readFileSync(join(path, 'a.pfx.certfix-backup')), bad);
    assert.match(openssl.read(readFileSync(join(path, 'a.pfx')), password), /PRIVATE KEY/);
    const before = readdirSync(path).map((name) => [name, lstatSync(join(path, name)).mtimeMs]);
    const second = await run({ path: [path], passwordFile: passwordFile() });
    assert.deepEqual([second.checked, second.good, second.items], [3, 3, []]);
    assert.match(summaryText(second, 'en'), /Nothing to fix/);
    assert.match(summaryText(second, 'ja'), /修復するものはありません/);
    assert.deepEqual(
      readdirSync(path).map((name) => [name, lstatSync(join(path, name)).mtimeMs]),
      before,
    );
  });

  test('IDENT-16: with no arguments the store of the agent is repaired', async () => {
    const data = folder({});
    mkdirSync(join(data, 'identity'));
    writeFileSync(join(data, 'identity', 'signing.pem'), broken, { mode: 0o600 });
    const report = await run({}, { env: { TENKAI_AGENT_DATA: data } });
    assert.deepEqual([report.stores, report.repaired], [['Tenkai'], 1]);
    const nowhere = await run({}, { env: { TENKAI_AGENT_DATA: join(root, 'nowhere') } });
    assert.deepEqual([nowhere.stores, nowhere.checked, isInOrder(nowhere)], [[], 0, true]);
  });

  test('IDENT-16: who is not the administrator is told so, and nothing is changed', async () => {
    const data = folder({});
    mkdirSync(join(data, 'identity'));
    writeFileSync(join(data, 'identity', 'signing.pem'), broken);
    const env = { TENKAI_AGENT_DATA: data };
    await assert.rejects(run({}, { env, effectiveUid: 1000 }), { code: 'certfix-rights-missing' });
    assert.equal(readFileSync(join(data, 'identity', 'signing.pem'), 'utf8'), broken);
  });

  test('IDENT-17: the log holds every error, also under a path with spaces; without it nothing is written', async () => {
    const path = folder({ 'bad.pem': broken, 'cut.pfx': bad.subarray(0, 50), 'locked.pfx': bad });
    const log = join(path, 'my log.txt');
    const report = await run({ path: [path], log });
    assert.deepEqual([report.repaired, report.left, isInOrder(report)], [1, 2, false]);
    const lines = readFileSync(log, 'utf8').trim().split('\n');
    assert.equal(lines.length, 4);
    assert.match(lines[0] ?? '', /repaired .*bad\.pem: name-nul "a\\u0000b"; strict import 0x80092024/);
    assert.match(lines[1] ?? '', /left .*cut\.pfx: file-broken/);
    assert.match(lines[2] ?? '', /left .*locked\.pfx: password-needed/);
    assert.match(lines[3] ?? '', /done: 3 checked, 0 good, 1 repaired, 2 left/);
    await run({ path: [path] });
    assert.deepEqual(readdirSync(path).length, 5, 'three files, one backup and the log');
  });

  test('a log that cannot be written is refused before anything is changed', async () => {
    const path = folder({ 'bad.pem': broken });
    symlinkSync('/etc/hostname', join(path, 'link.log'));
    for (const log of [join(path, 'link.log'), join(path, 'no folder', 'x.log')])
      await assert.rejects(run({ path: [path], log }), { code: 'certfix-log-unwritable' });
    assert.equal(readFileSync(join(path, 'bad.pem'), 'utf8'), broken);
  });

  test('a dry run tells what it would repair and touches nothing', async () => {
    const path = folder({ 'bad.pem': broken });
    const report = await run({ path: [path], dryRun: true });
    assert.deepEqual(
      [report.items[0]?.outcome, report.repaired, isInOrder(report)],
      ['would-repair', 1, false],
    );
    assert.deepEqual(readdirSync(path), ['bad.pem']);
  });

  test('links, folders that look like certificates and huge files lead nowhere', async () => {
    const path = folder({ 'huge.pfx': '' });
    truncateSync(join(path, 'huge.pfx'), 17 * 1024 * 1024);
    const outside = join(folder({ 'out.pem': broken }), 'out.pem');
    symlinkSync(outside, join(path, 'link.pem'));
    mkdirSync(join(path, 'folder.pem'));
    const report = await run({ path: [path] });
    assert.deepEqual(
      report.items.map(({ findings }) => findings[0]?.code),
      ['too-large'],
    );
    assert.equal(readFileSync(outside, 'utf8'), broken);
    const named = await run({ path: [join(path, 'link.pem')] });
    assert.deepEqual([named.left, readFileSync(outside, 'utf8')], [1, broken]);
  });

  test('a password file that others can read is refused', async () => {
    const file = join(root, 'open-passwords');
    writeFileSync(file, 'x\n');
    chmodSync(file, 0o644);
    await assert.rejects(run({ path: [root], passwordFile: file }), { code: 'password-file-open' });
  });

  test('a file that somebody changes meanwhile is not replaced; earlier backups are kept', () => {
    const file = join(folder({ 'a.pem': 'one' }), 'a.pem');
    const state = readPlainFile(file, 100);
    assert.ok(typeof state === 'object');
    writeFileSync(file, 'another');
    assert.throws(() => replaceFile(file, state, Buffer.from('ours')), { code: 'certificate-file-changed' });
    assert.equal(readFileSync(file, 'utf8'), 'another');
    for (const text of ['first', 'second']) {
      const before = readPlainFile(file, 100);
      assert.ok(typeof before === 'object');
      replaceFile(file, before, Buffer.from(text));
    }
    assert.equal(readFileSync(`${file}.certfix-backup`, 'utf8'), 'another');
    assert.equal(readFileSync(`${file}.1.certfix-backup`, 'utf8'), 'first');
    assert.ok(!existsSync(`${file}.tmp`));
  });
});
