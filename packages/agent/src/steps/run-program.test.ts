import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { defaultRunOptions } from '@tenkai/domain';
import type { RunReport } from '@tenkai/protocol/agent/reports.ts';
import { publishContent } from '@tenkai/testkit/small-site/publish.ts';
import { runSteps } from '@tenkai/testkit/small-site/run-steps.ts';
import { contentPart, programStep, scriptStep } from '@tenkai/testkit/small-site/steps.ts';
import { statOf } from '../platform/linux/proc.ts';
import { agent, inRoot, options, outcome, site } from './steps-for-test.ts';

test(
  'BPKG-27, BPKG-34: a hanging installer is ended at its limit with all that it started, wherever that went',
  options,
  async () => {
    const text = [
      'trap "" TERM',
      // One in another session, one without environment and parent, one without a parent.
      'setsid sh -c \'echo $$ > "$TENKAI_ROOT/p1"; exec sleep 300\' &',
      '(env -i sh -c \'echo $$ > "$0"; exec sleep 300\' "$TENKAI_ROOT/p2" &)',
      '(sh -c \'echo $$ > "$TENKAI_ROOT/p3"; exec sleep 300\' &)',
      'echo "Press any key"; read answer; sleep 300',
    ];
    const hanging = scriptStep(text.join('\n'), { timeoutMs: 2000, continueOnError: true });
    const { results, end } = await runSteps(site, agent, [hanging, scriptStep('echo next')]);
    assert.deepEqual(results.map(outcome), [
      ['failed', 'time-limit'],
      ['succeeded', null],
    ]);
    assert.equal(results[0]?.logTail, 'Press any key\n');
    assert.equal(end?.succeeded, true);
    for (const file of ['p1', 'p2', 'p3'])
      assert.equal(statOf(Number(readFileSync(inRoot(file), 'utf8'))), undefined, file);
  },
);

test(
  'BPKG-24: a package from a folder with two-byte characters runs in an ASCII work folder',
  options,
  async () => {
    const script =
      '#!/bin/sh\npwd > "$TENKAI_ROOT/where"; cat データ/値.txt >> "$TENKAI_ROOT/where"; echo "$0" >> "$TENKAI_ROOT/where"\n';
    const manifest = await publishContent(site, { '更新/setup.sh': script, '更新/データ/値.txt': 'value\n' });
    const step = programStep({ content: contentPart(manifest), executable: '更新/setup.sh' });
    const { results } = await runSteps(site, agent, [step]);
    assert.deepEqual(results.map(outcome), [['succeeded', null]]);
    const [folder = '', value, name = ''] = readFileSync(inRoot('where'), 'utf8').split('\n');
    assert.equal(value, 'value');
    for (const path of [folder, name]) assert.match(path, /^[ -~]+$/);
  },
);

test('BPKG-25: parameters reach the program byte for byte, variables unsplit', options, async () => {
  const script = '#!/bin/sh\nfor word do printf "%s\\0" "$word"; done > "$TENKAI_ROOT/words"\n';
  const manifest = await publishContent(site, { 'app/run.bin': script });
  const reference = (name: string) => `$\{${name}}`;
  const parameters = `/qn 'a  b' "c \\"d\\"" e\\ f ${reference('TEXT')} '${reference('TEXT')}' * $HOME ; | 日本 ""`;
  const step = programStep({ content: contentPart(manifest), executable: 'app/run.bin', parameters });
  await runSteps(site, agent, [step], { variables: { TEXT: `x y "z" '$(touch /tmp/no)` } });
  const words = readFileSync(inRoot('words'), 'utf8').split('\0').slice(0, -1);
  assert.deepEqual(words, [
    '/qn',
    'a  b',
    'c "d"',
    'e f',
    `x y "z" '$(touch /tmp/no)`,
    reference('TEXT'),
    '*',
    '$HOME',
    ';',
    '|',
    '日本',
    '',
  ]);
});

test(
  'DIST-09, DIST-11: a hidden program has no terminal and administrative rights; one with user rights has not',
  options,
  async (t) => {
    const text = 'id -u; tty; ps -o tty= -p $$';
    const asUser = { ...defaultRunOptions, rights: 'user' as const };
    const steps = [
      programStep({ parameters: `${text} || true` }),
      programStep({ parameters: 'touch in-its-work-folder && id -u', options: asUser }),
    ];
    const { results } = await runSteps(site, agent, steps);
    const own = process.getuid?.() ?? 0;
    assert.equal(results[0]?.logTail, `${own}\nnot a tty\n?\n`);
    if (own !== 0) return t.skip('only root can give rights away');
    assert.match(results[1]?.logTail ?? '', /^[1-9]\d*\n$/);
  },
);

test(
  'DIST-10: programs for signed-in users wait for one, others run with nobody there',
  options,
  async () => {
    const options = (logon: 'only-when-logged-on' | 'only-when-nobody' | 'whether-or-not') => ({
      ...defaultRunOptions,
      logon,
    });
    const run = (logon: Parameters<typeof options>[0], word: string) =>
      programStep({ parameters: `echo ${word} >> "$TENKAI_ROOT/log"`, options: options(logon) });
    // A real utmp(5), read by the real who(1): nobody is signed in until the first step has run.
    mkdirSync(inRoot('run'));
    writeFileSync(inRoot('run/utmp'), '');
    const steps = [
      run('whether-or-not', 'always'),
      run('only-when-nobody', 'nobody'),
      run('only-when-logged-on', 'somebody'),
    ];
    const running = runSteps(site, agent, steps);
    while (!existsSync(inRoot('log')) || !readFileSync(inRoot('log'), 'utf8').includes('nobody')) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.equal(readFileSync(inRoot('log'), 'utf8').includes('somebody'), false);
    writeFileSync(inRoot('run/utmp'), utmpRecord('root', 'pts/9'));
    const { results } = await running;
    assert.deepEqual(results.map(outcome), [
      ['succeeded', null],
      ['succeeded', null],
      ['succeeded', null],
    ]);
  },
);

/** systemd-logind of a root of its own: what it says of sessions lies in a file. */
function fakeLogind(): { say(hints: string): void } {
  mkdirSync(inRoot('usr/bin'), { recursive: true });
  const script = `#!/bin/sh
[ -s ${inRoot('hints')} ] || exit 0
[ "$1" = list-sessions ] && { echo '1 1000 alice seat0 tty2'; exit 0; }
printf 'Id=1\\nUser=1000\\nName=alice\\nClass=user\\nState=active\\nType=wayland\\n'
cat ${inRoot('hints')}
`;
  writeFileSync(inRoot('usr/bin/loginctl'), script, { mode: 0o755 });
  const say = (hints: string) => {
    writeFileSync(inRoot('hints.new'), hints);
    renameSync(inRoot('hints.new'), inRoot('hints'));
  };
  say('');
  return { say };
}

const unlocked = { ...defaultRunOptions, logon: 'only-when-unlocked' as const };

async function untilWaitsFor(code: string): Promise<RunReport> {
  const limit = AbortSignal.timeout(60_000);
  for (;;) {
    const found = agent.waiting().findLast((one) => one.kind === 'run');
    if (found?.reason?.code === code) return found;
    limit.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test(
  'BAGT-22, BSCN-42, BAGT-23: a program that needs an unlocked session is held, says why and until when, and runs once it is unlocked; the screen stays on meanwhile, by no setting',
  options,
  async () => {
    const logind = fakeLogind();
    const inhibit = `#!/bin/sh\necho "$@" > ${inRoot('inhibited')}\nwhile [ "\${1#--}" != "$1" ]; do shift; done\nexec "$@"\n`;
    writeFileSync(inRoot('usr/bin/systemd-inhibit'), inhibit, { mode: 0o755 });
    const how = { ...unlocked, logonDeadlineMinutes: 30, keepsUnlocked: true };
    const running = runSteps(site, agent, [
      programStep({ parameters: 'echo ran > "$TENKAI_ROOT/ran"', options: how }),
    ]);
    const first = await untilWaitsFor('session-nobody');
    assert.equal(first.event, 'executing');
    assert.ok(first.waitsUntil && Math.abs(first.waitsUntil - first.at - 30 * 60_000) < 5 * 60_000);
    logind.say('LockedHint=yes\nIdleHint=yes\n');
    await untilWaitsFor('session-locked');
    logind.say('LockedHint=no\nIdleHint=yes\n');
    await untilWaitsFor('session-screen-saver');
    assert.equal(existsSync(inRoot('ran')), false);
    logind.say('LockedHint=no\nIdleHint=no\n');
    const { results, reports } = await running;
    assert.deepEqual(results.map(outcome), [['succeeded', null]]);
    assert.equal(readFileSync(inRoot('ran'), 'utf8'), 'ran\n');
    assert.match(readFileSync(inRoot('inhibited'), 'utf8'), /--what=idle .*--mode=block/);
    const held = reports.filter((one) => one.kind === 'run' && one.reason);
    assert.deepEqual(held, [], 'the hold is over, and so said');
  },
);

/** One USER_PROCESS of utmp(5), as on 64-bit Linux. */
function utmpRecord(user: string, line: string): Buffer {
  const record = Buffer.alloc(384);
  record.writeInt16LE(7, 0);
  record.writeInt32LE(process.pid, 4);
  record.write(line, 8);
  record.write(user, 44);
  record.writeInt32LE(Math.floor(Date.now() / 1000), 340);
  return record;
}
