import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { arrivedLine, firstLine, installScript } from './install-script.ts';

const limitMs = 60_000;

async function until(holds: () => boolean) {
  for (const end = Date.now() + limitMs; !holds(); await pause(20))
    if (Date.now() > end) throw new Error('it has not come so far');
}

/** The script in this machine's sh, with a package manager that waits for a word before it writes and ends. */
async function start(t: TestContext, properties = 'MP=x') {
  const folder = await mkdtemp(join(tmpdir(), 'tenkai-install-script-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const dpkg = `#!/bin/sh
until [ -e ${folder}/go ]; do sleep 0.05; done
set -e
printf '%s' "$TENKAI_AGENT_PROPERTIES" >${folder}/properties
for line in 1 2 3; do echo "line $line"; done
touch ${folder}/ended
exit 3
`;
  await writeFile(join(folder, 'dpkg'), dpkg);
  await chmod(join(folder, 'dpkg'), 0o755);
  const script = installScript('a.deb').replace(/^PATH=/m, `PATH=${folder}:`);
  const child = spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'ignore'] });
  t.after(() => child.kill('SIGKILL'));
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    said += part;
  });
  const sum = createHash('sha256').update('a package').digest('hex');
  child.stdin.end(`${firstLine}\nticket\n${properties}\n${sum}\na package`);
  await until(() => said.includes(arrivedLine));
  const closed = once(child, 'close') as Promise<[number | null]>;
  return { folder, child, closed, said: () => said, go: () => writeFile(join(folder, 'go'), '') };
}

test('what the package manager has written is shown at its end, with its status', async (t) => {
  const { closed, go, said } = await start(t);
  await go();
  assert.deepEqual([(await closed)[0], said()], [3, `${arrivedLine}\nline 1\nline 2\nline 3\n`]);
});

test('the package manager goes on to its end also where the line has ended', async (t) => {
  const { folder, child, closed, go } = await start(t);
  child.stdout.destroy();
  child.kill('SIGHUP');
  await go();
  await closed;
  assert.ok(existsSync(join(folder, 'ended')));
});

test('AGENT-16: properties come to the package manager as they are; no shell reads them', async (t) => {
  const line = `FSP=$(touch /tmp/x) LDAPUSER="cn=\\a b; \`id\`" PATCH='*' LOCATOR=a&b|c>d`;
  const { folder, closed, go } = await start(t, line);
  await go();
  await closed;
  const given = await readFile(join(folder, 'properties'), 'utf8');
  assert.ok(given.startsWith(`${line} TICKET=/var/tmp/tenkai-push.`), given);
});
