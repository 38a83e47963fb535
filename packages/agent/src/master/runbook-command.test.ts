/** The command as an operator types it, on a machine of Linux that has no engine and no site. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const main = join(import.meta.dirname, '../main.ts');
const folder = mkdtempSync(join(tmpdir(), 'tenkai-runbook-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function runbook(...words: string[]) {
  const env = { PATH: process.env.PATH, TENKAI_AGENT_DATA: join(folder, 'data') };
  const argv = [main, 'master', 'runbook', ...words];
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, {
    encoding: 'utf8',
    timeout: 60_000,
    env,
  });
  return { status, stderr, slot: stdout.split(/^(?=## )/m).at(-2) ?? '', text: stdout };
}

test('MASTER-25, MASTER-27, MASTER-29: the runbook for a Windows with SCEP has its definitions before step 7', () => {
  const windows = ['--system', 'windows', '--engine', 'scep'];
  const { slot } = runbook(...windows);
  assert.match(slot, /^## Before step 7[\s\S]*Antivirus and antispyware[\s\S]*network inspection system/);
  assert.doesNotMatch(runbook(...windows, '--no-network-inspection').slot, /network inspection/);
  assert.match(
    runbook(...windows, '--system-version', '10.0').slot,
    /^## ~~Before step 7.*\n\nNot needed: this system brings/,
  );
  assert.match(
    runbook('--system', 'windows', '--engine', 'none', '--system-version', '6.1').slot,
    /Not needed: no engine/,
  );
  assert.match(
    runbook('--system', 'linux', '--engine', 'clamav').slot,
    /^## Before step 7[\s\S]*main\.cvd daily\.cvd/,
  );
  assert.match(runbook('--system', 'linux', '--engine', 'scep').slot, /Not needed: no engine/);
});

test('MASTER-15, MASTER-30: sites by boundary and the root key stand in step 5; a list that nobody can mean is refused', () => {
  const sites = join(folder, 'sites.txt');
  writeFileSync(sites, `10.1.0.0/16 SITECODE=TKY MP=mp.example.org ROOTFINGERPRINT=${'ab'.repeat(32)}\n`);
  const { text } = runbook('--candidates', sites, '--root-fingerprint', 'cd'.repeat(32), '--language', 'ja');
  assert.ok(
    text.includes(`prepare --candidates ${sites} --root-fingerprint ${'cd'.repeat(32)} --profile workgroup`),
  );
  assert.match(text, /^## 手順 5/m);
  writeFileSync(sites, '10.1.0.0/16 SITECODE=TKY\n');
  const { status, stderr } = runbook('--candidates', sites);
  assert.equal(status, 2, stderr);
  assert.match(stderr, /MP is missing/);
});
