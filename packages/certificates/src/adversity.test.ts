/** The command where something is in its way: no rights, no room, somebody else at work. */
import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, describe, test } from 'node:test';
import { runCertfix } from './command.ts';
import type { CertfixHost } from './stores/default-stores.ts';

const agentMain = resolve(import.meta.dirname, '../../agent/src/main.ts');
const broken = 'friendlyName: SMS\0x\n-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n';
const root = mkdtempSync(join(tmpdir(), 'tenkai-certfix-adversity-'));
after(() => rmSync(root, { recursive: true, force: true }));

let folders = 0;
function folderOf(files: Readonly<Record<string, string>>): string {
  folders += 1;
  const folder = join(root, `folder-${folders}`);
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o644 });
  return folder;
}

const contentOf = (folder: string) =>
  readdirSync(folder)
    .sort()
    .map((name) => [name, readFileSync(join(folder, name), 'latin1')]);

const options = (env: Readonly<Record<string, string>> = {}) => ({
  env: { PATH: process.env.PATH ?? '', ...env },
  encoding: 'utf8' as const,
  timeout: 120_000,
});

const isRoot = process.platform === 'linux' && process.geteuid?.() === 0;

describe('as a user without rights', {
  skip: asNobody('-e', '0')?.status === 0 ? false : 'SKIPPED LOUDLY: nobody cannot be asked to run node here',
}, () => {
  chmodSync(root, 0o755);

  test('IDENT-16: the stores of the machine are refused with code, remedy and exit code, and nothing is changed', () => {
    const data = folderOf({});
    mkdirSync(join(data, 'identity'));
    // The rights of the file alone would let him read it.
    writeFileSync(join(data, 'identity', 'signing.pem'), broken, { mode: 0o666 });
    const before = contentOf(join(data, 'identity'));
    for (const args of [[], ['--dry-run'], ['--store', 'Tenkai'], ['--json']]) {
      const { status, stdout, stderr } = certfixAsNobody(args, { TENKAI_AGENT_DATA: data });
      assert.deepEqual([status, stdout], [1, '']);
      assert.match(stderr, /certfix-rights-missing/);
      assert.match(stderr, /Run it as root or from an elevated prompt; or name your own files with --path/);
    }
    assert.deepEqual(contentOf(join(data, 'identity')), before);
  });

  test('IDENT-16: files of somebody else are left as they are, and told one by one', () => {
    const folder = folderOf({ 'mine-to-read.pem': broken, 'secret.pem': broken });
    chmodSync(join(folder, 'secret.pem'), 0o600);
    const before = contentOf(folder);
    const { status, stdout, stderr } = certfixAsNobody(['--path', folder, '--json']);
    assert.equal(status, 1);
    assert.match(stderr, /certfix-unfinished/);
    const { left, repaired, items } = JSON.parse(stdout);
    assert.deepEqual([left, repaired], [2, 0]);
    for (const { outcome, findings } of items) {
      assert.equal(outcome, 'left');
      assert.match(JSON.stringify(findings), /file-unreadable.*EACCES/);
    }
    assert.deepEqual(contentOf(folder), before);
  });
});

function certfixAsNobody(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return asNobody(agentMain, ['certfix', ...args], env) ?? assert.fail();
}

function asNobody(
  what: string,
  args: string | readonly string[],
  env = {},
): SpawnSyncReturns<string> | undefined {
  if (!isRoot) return undefined;
  const become = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, what];
  return spawnSync('setpriv', [...become, ...(typeof args === 'string' ? [args] : args)], options(env));
}

/** On a disk of 64 KiB of its own, which is full until `filler` is removed. */
const onFullDisk = `
set -e
mount -t tmpfs -o size=64k tenkai-certfix "$DISK"
cp "$FILES"/* "$DISK"/
if [ -n "$LOG" ]; then : > "$LOG"; fi
cat /dev/zero > "$DISK/filler" 2>/dev/null || true
set +e
"$NODE" "$AGENT" certfix --json --path "$DISK" $LOGOPTION > "$OUT/full.json" 2> "$OUT/full.err"
echo $? > "$OUT/full.code"
rm "$DISK/filler"
mkdir "$OUT/full"; cp -a "$DISK"/. "$OUT/full"/
"$NODE" "$AGENT" certfix --json --path "$DISK" > "$OUT/again.json" 2> "$OUT/again.err"
echo $? > "$OUT/again.code"
mkdir "$OUT/again"; cp -a "$DISK"/. "$OUT/again"/
`;

describe('on a full disk', {
  skip: isRoot ? false : 'SKIPPED LOUDLY: only root can mount a disk of its own',
}, () => {
  const files = { 'a.pem': broken, 'b.pem': broken.replace('SMS', 'second') };

  test('IDENT-21: no certificate and no key is lost, it is said, and with room again the rest is repaired', () => {
    const { out, text, report } = runOnFullDisk(files);
    assert.equal(text('full.code'), '1', text('full.err'));
    const full = report('full');
    assert.deepEqual([full.checked, full.repaired, full.left], [2, 0, 2]);
    for (const { findings } of full.items)
      assert.deepEqual(
        findings.map(({ code }: { code: string }) => code),
        ['name-nul', 'disk-full'],
      );
    assert.deepEqual(
      contentOf(join(out, 'full')),
      Object.entries(files),
      'the old files, and nothing beside them',
    );
    assert.equal(text('again.code'), '0', text('again.err'));
    assert.deepEqual([report('again').repaired, report('again').left], [2, 0]);
    const backups = contentOf(join(out, 'again')).filter(([name]) => name?.endsWith('.certfix-backup'));
    assert.deepEqual(
      backups.map(([, content]) => content),
      Object.values(files),
    );
  });

  test('IDENT-17: a log that the full disk cuts ends no repair, and is told with what was done', () => {
    const folder = folderOf({ 'a.pem': broken });
    const { text } = runOnFullDisk({ 'a.txt': '' }, { path: folder });
    assert.equal(text('full.code'), '1');
    assert.match(text('full.err'), /certfix-log-cut/);
    assert.match(text('full.err'), /ENOSPC.* 1 repaired, 0 left/);
    assert.ok(!readFileSync(join(folder, 'a.pem'), 'latin1').includes('\0'));
    assert.equal(readFileSync(join(folder, 'a.pem.certfix-backup'), 'latin1'), broken);
  });
});

function runOnFullDisk(files: Readonly<Record<string, string>>, log?: { path: string }) {
  const [disk, out] = [folderOf({}), folderOf({})];
  const env = {
    ...{ DISK: disk, OUT: out, FILES: folderOf(files), NODE: process.execPath, AGENT: agentMain },
    ...(log ? { LOG: join(disk, 'log'), LOGOPTION: `--path ${log.path} --log ${join(disk, 'log')}` } : {}),
  };
  const { status, stderr } = spawnSync('unshare', ['--mount', 'sh', '-c', onFullDisk], options(env));
  assert.equal(status, 0, stderr);
  const text = (name: string) => readFileSync(join(out, name), 'utf8').trim();
  return { out, text, report: (name: string) => JSON.parse(text(`${name}.json`)) };
}

describe('while another certfix repairs the same folder', () => {
  const host: CertfixHost = { platform: 'linux', effectiveUid: 0, env: {}, loadCrypt32: () => assert.fail() };
  const run = (folder: string, lockWaitMs: number, dryRun = false) =>
    runCertfix(
      { host, cwd: root, now: Date.now, signal: AbortSignal.timeout(60_000), lockWaitMs },
      { path: [folder], dryRun },
    );
  /** What a certfix writes that has come first. */
  const holdAs = (folder: string, pid: number, start: string) =>
    writeFileSync(join(folder, '.certfix.lock'), `${pid} ${start}`);
  const startOf = (pid: number) => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  };

  test('IDENT-16: it waits with a limit, then says which process holds the store; looking alone waits for nobody', async () => {
    const folder = folderOf({ 'a.pem': broken });
    const other = spawn('sleep', ['60']);
    try {
      await once(other, 'spawn');
      const pid = other.pid ?? assert.fail();
      holdAs(folder, pid, startOf(pid));
      await assert.rejects(run(folder, 300), (error: { code: string; message: string; remedy: string }) => {
        assert.equal(error.code, 'certfix-store-locked');
        assert.ok(error.message.includes(`the process ${pid} (`), error.message);
        assert.match(error.remedy, /run certfix again/);
        return true;
      });
      assert.equal(readFileSync(join(folder, 'a.pem'), 'latin1'), broken);
      assert.equal((await run(folder, 0, true)).repaired, 1);
      const waiting = run(folder, 60_000);
      rmSync(join(folder, '.certfix.lock'));
      assert.equal((await waiting).repaired, 1);
      assert.ok(!existsSync(join(folder, '.certfix.lock')), 'the folder is free afterwards');
    } finally {
      other.kill();
    }
  });

  test('what a killed certfix left behind, or a process of its number that began later, holds nobody up', async () => {
    const [gone, another] = [folderOf({ 'a.pem': broken }), folderOf({ 'a.pem': broken })];
    const ended = spawnSync('true').pid;
    holdAs(gone, ended, '1');
    holdAs(another, process.pid, '1');
    assert.deepEqual([(await run(gone, 0)).repaired, (await run(another, 0)).repaired], [1, 1]);
  });
});
