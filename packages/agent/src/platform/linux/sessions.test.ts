/** Whether anybody is signed in, by a loginctl of each kind in a root of its own. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createPaths } from './paths.ts';
import { createSessions } from './sessions.ts';

const folder = mkdtempSync(join(tmpdir(), 'tenkai-sessions-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const signal = AbortSignal.timeout(60_000);

/** Lists these blocks of `show-session`; with a code it fails. */
const loginctl = (blocks: readonly string[], code = 0) => `#!/bin/sh
[ ${code} = 0 ] || exit ${code}
case "$1" in
list-sessions) ${blocks.map((_, index) => `echo "${index + 1} 1000 alice seat0"`).join('; ') || 'true'} ;;
show-session) printf '%s\\n' '${blocks.join('\n\n')}' ;;
esac
`;
const session = (kind: string, state: string) => `Id=1\nUser=1000\nName=alice\nClass=${kind}\nState=${state}`;

const cases: [string, { loginctl?: string; hasUtmp?: boolean }, boolean][] = [
  ['logind knows no session', { loginctl: loginctl([]) }, true],
  ['only the greeter is there', { loginctl: loginctl([session('greeter', 'active')]) }, true],
  ['the last one has just left', { loginctl: loginctl([session('user', 'closing')]) }, true],
  ['somebody works', { loginctl: loginctl([session('user', 'active')]) }, false],
  [
    'root works, as systemd 256 and later says it',
    { loginctl: loginctl([session('user-early', 'active')]) },
    false,
  ],
  ["only root's own manager is there", { loginctl: loginctl([session('manager-early', 'active')]) }, true],
  ['somebody is signed in and away', { loginctl: loginctl([session('user', 'online')]) }, false],
  ['logind does not answer, and there is no utmp', { loginctl: loginctl([], 1) }, false],
  ['logind does not answer, and utmp is empty', { loginctl: loginctl([], 1), hasUtmp: true }, true],
  ['there is neither logind nor utmp', {}, false],
];

for (const [what, machine, expected] of cases)
  test(`nobody is signed in: ${expected} where ${what}`, async () => {
    const root = mkdtempSync(join(folder, 'root-'));
    for (const name of ['usr/bin', 'run']) mkdirSync(join(root, name), { recursive: true });
    if (machine.loginctl) writeFileSync(join(root, 'usr/bin/loginctl'), machine.loginctl, { mode: 0o755 });
    if (machine.hasUtmp) writeFileSync(join(root, 'run/utmp'), '');
    const sessions = createSessions({ paths: createPaths({ root }) });
    assert.equal(await sessions.isNobodySignedIn(signal), expected);
  });
