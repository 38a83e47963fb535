import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { guardScript } from './guard-script.ts';
import { stateFolder } from './state-folder.ts';

const seconds = 60;
const hostBoot = '6f1f2a4e-7d43-4c1b-9a57-0d5f3b8f0a11';

/** A machine in a folder: its clock goes on where somebody sleeps, dpkg takes anything, and no agent ever reports. */
function aMachine(t: TestContext, { uptime = 0, boot = hostBoot }) {
  const folder = mkdtempSync(join(tmpdir(), 'tenkai-guard-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const at = (name: string) => join(folder, name);
  const program = (name: string, text: string) =>
    writeFileSync(at(name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  mkdirSync(at('state'));
  mkdirSync(at('bin'));
  writeFileSync(at('uptime'), `${uptime}.25 1.00\n`);
  writeFileSync(at('boot'), `${boot}\n`);
  writeFileSync(at('state/pending'), `2.0.0 ${seconds} deb\n`);
  program('bin/sleep', `echo "$(($(sed 's/\\..*//' '${at('uptime')}') + $1)).25 1.00" >'${at('uptime')}'`);
  program('bin/dpkg', 'exit 0');
  program('tenkai-agent', 'exit 1');
  const places = {
    [stateFolder]: at('state'),
    '/proc/uptime': at('uptime'),
    '/proc/sys/kernel/random/boot_id': at('boot'),
    '/run/systemd/system': at('no-systemd'),
    '/usr/bin/tenkai-agent': at('tenkai-agent'),
    '/var/lib/tenkai-agent/status.json': at('status.json'),
  };
  const script = Object.entries(places).reduce(
    (text, [path, here]) => text.replaceAll(path, here),
    guardScript,
  );
  return {
    /** What an earlier guard has noted of its wait. */
    noted: (clock: string) => writeFileSync(at('state/clock'), `${clock}\n`),
    /** @returns the verdict, and how long it took by the machine's clock until the old version was put back for good */
    guard: () => {
      const env = { PATH: `${at('bin')}:${process.env.PATH}` };
      execFileSync('sh', ['-c', script], { env, timeout: 60_000, stdio: 'ignore' });
      const end = Number(readFileSync(at('uptime'), 'utf8').split('.')[0]);
      return { verdict: readFileSync(at('state/verdict'), 'utf8').trim(), took: end - uptime };
    },
  };
}

const verdict = `version 2.0.0 did not report within ${seconds} seconds`;

test('AGENT-38: a guard waits for as long as it was told, for the new version and then for the old one', (t) => {
  assert.deepEqual(aMachine(t, { uptime: 1000 }).guard(), { verdict, took: 2 * seconds });
});

test('AGENT-38: a guard that is started again keeps the deadline; after a restart it waits for what was left', (t) => {
  const sameBoot = aMachine(t, { uptime: 1020 });
  sameBoot.noted(`${hostBoot} 1030 30`);
  assert.deepEqual(sameBoot.guard(), { verdict, took: 10 + seconds });
  const restarted = aMachine(t, { uptime: 5 });
  restarted.noted('0f5d7c2a-0000-4000-8000-000000000000 500000 30');
  assert.deepEqual(restarted.guard(), { verdict, took: 30 + seconds });
});

test('AGENT-38: in a container that is started again, whose clock begins anew in the same boot, what was left is waited for', (t) => {
  const container = aMachine(t, { uptime: 5 });
  container.noted(`${hostBoot} 500000 30`);
  assert.deepEqual(container.guard(), { verdict, took: 30 + seconds });
});
