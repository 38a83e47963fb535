import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { defaultRunOptions, type StepResult } from '@tenkai/domain';
import type { RunReport } from '@tenkai/protocol/agent/reports.ts';
import { type EnrolledAgent, enrolledAgent } from '@tenkai/testkit/small-site/enrolled-agent.ts';
import { publishContent } from '@tenkai/testkit/small-site/publish.ts';
import { runSteps } from '@tenkai/testkit/small-site/run-steps.ts';
import type { SmallSite } from '@tenkai/testkit/small-site/site.ts';
import { startSmallSite } from '@tenkai/testkit/small-site/small-site.ts';
import {
  contentPart,
  copyStep,
  installStep,
  programStep,
  scriptStep,
  waitStep,
  wakeStep,
} from '@tenkai/testkit/small-site/steps.ts';
import { findProgram } from '../platform/linux/installer.ts';
import { statOf } from '../platform/linux/proc.ts';

let site: SmallSite;
let agent: EnrolledAgent;
before(async () => {
  site = await startSmallSite();
});
after(() => site.close());
beforeEach(async () => {
  agent = await enrolledAgent(site);
});
afterEach(() => agent.remove());

const options = { timeout: 120_000 };
const inRoot = (path: string) => join(agent.root, path);
const outcome = ({ outcome: how, reason }: StepResult) => [how, reason?.code ?? null];
const printsVersion = {
  kind: 'script' as const,
  interpreter: 'sh' as const,
  text: 'cat "$TENKAI_ROOT/version"',
};

test(
  'BPKG-28, BPKG-35: an installer that exits with 0 and installs nothing has failed: not detected',
  options,
  async () => {
    const detection = [{ kind: 'file' as const, path: '/opt/app' }];
    const never = scriptStep('touch "$TENKAI_ROOT/never"');
    const { results, end } = await runSteps(site, agent, [
      installStep({ parameters: 'echo fine', detection }),
      never,
    ]);
    assert.deepEqual(results.map(outcome), [['failed', 'not-detected']]);
    assert.deepEqual([results[0]?.exitCode, results[0]?.reason?.params], [0, { found: 'no such file' }]);
    assert.deepEqual([end?.event, end?.succeeded, end?.reason?.code], ['finished', false, 'not-detected']);
    assert.equal(existsSync(inRoot('never')), false);
  },
);

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

test('DIST-14: a dependency that is detected is not run again, one that is missing is', options, async () => {
  const install = (name: string) =>
    installStep({
      parameters: `echo ${name} >> "$TENKAI_ROOT/log"; echo 2.0 > "$TENKAI_ROOT/${name}"`,
      detection: [{ kind: 'script', interpreter: 'sh', text: `cat "$TENKAI_ROOT/${name}"` }],
      isDependency: true,
    });
  writeFileSync(inRoot('there'), '1.0');
  const { results, end } = await runSteps(site, agent, [
    install('there'),
    install('missing'),
    install('missing'),
  ]);
  assert.deepEqual(results.map(outcome), [
    ['skipped', 'already-installed'],
    ['succeeded', null],
    ['skipped', 'already-installed'],
  ]);
  assert.deepEqual(
    results.map(({ versionBefore, versionAfter }) => [versionBefore, versionAfter]),
    [
      ['1.0', '1.0'],
      [null, '2.0'],
      ['2.0', '2.0'],
    ],
  );
  assert.equal(readFileSync(inRoot('log'), 'utf8'), 'missing\n');
  assert.deepEqual(
    end?.verified?.map(({ index, isDetected, found }) => [index, isDetected, found]),
    [
      [0, true, '1.0'],
      [1, true, '2.0'],
      [2, true, '2.0'],
    ],
  );
});

test('law 8: what a later step removes is not verified at the end', options, async () => {
  const install = installStep({ parameters: 'echo 1 > "$TENKAI_ROOT/version"', detection: [printsVersion] });
  const { results, end } = await runSteps(site, agent, [install, scriptStep('rm "$TENKAI_ROOT/version"')]);
  assert.deepEqual(results.map(outcome), [
    ['succeeded', null],
    ['succeeded', null],
  ]);
  assert.deepEqual([end?.succeeded, end?.reason?.code, end?.reason?.params.step], [false, 'not-detected', 0]);
});

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

test('BPKG-36: scripts before and after the installer; one that fails stops it', options, async () => {
  const log = (word: string) => `echo ${word} >> "$TENKAI_ROOT/log"`;
  const hook = (text: string) => ({ interpreter: 'sh' as const, text });
  const detection = [printsVersion];
  const parameters = `${log('main')}; echo 1 > "$TENKAI_ROOT/version"`;
  const good = installStep({ parameters, detection, before: hook(log('before')), after: hook(log('after')) });
  const refusing = installStep({
    parameters: log('never'),
    detection: [{ kind: 'file', path: '/x' }],
    before: hook('echo no; exit 3'),
    continueOnError: true,
  });
  const { results } = await runSteps(site, agent, [refusing, good]);
  assert.deepEqual(results.map(outcome), [
    ['failed', 'before-script-failed'],
    ['succeeded', null],
  ]);
  assert.deepEqual([results[0]?.exitCode, results[0]?.logTail], [3, 'no\n']);
  assert.deepEqual(readFileSync(inRoot('log'), 'utf8').trim().split('\n'), ['before', 'main', 'after']);
});

test('exit codes mean what the package says', options, async () => {
  const codes = { success: [0, 5], restart: [9] };
  const end = (code: number) =>
    programStep({ parameters: `exit ${code}`, exitCodes: codes, continueOnError: true });
  const { results } = await runSteps(site, agent, [
    end(5),
    end(9),
    end(1),
    programStep({ parameters: 'kill -9 $$', continueOnError: true }),
  ]);
  assert.deepEqual(results.map(outcome), [
    ['succeeded', null],
    ['succeeded', null],
    ['failed', 'exit-code'],
    ['failed', 'exit-code'],
  ]);
  assert.deepEqual(
    results.map(({ exitCode }) => exitCode),
    [5, 9, 1, 137],
  );
});

test(
  'a failed program that says in its last line that it was rolled back gives that as the reason',
  options,
  async () => {
    const says = (text: string, code: number) =>
      programStep({ parameters: `printf '%s\\n' ${text}; exit ${code}`, continueOnError: true });
    const line = "'tenkai-result: rolled back: no report'";
    const { results } = await runSteps(site, agent, [
      says(line, 75),
      says(`${line} more`, 75),
      says(line, 0),
    ]);
    assert.deepEqual(results.map(outcome), [
      ['failed', 'rolled-back'],
      ['failed', 'exit-code'],
      ['succeeded', null],
    ]);
    assert.deepEqual(results[0]?.reason?.params, { cause: 'no report' });
  },
);

test('conditions: variables and the step before decide at run time', options, async () => {
  const fails = scriptStep('exit 1', { continueOnError: true });
  const when = (condition: Parameters<typeof scriptStep>[1]) => scriptStep('true', condition);
  const failed = { kind: 'previous-step', outcome: 'failed' } as const;
  const variable = (value: string) => ({ kind: 'variable', name: 'ROOM', operator: '=', value }) as const;
  const steps = [
    when({ condition: { kind: 'previous-step', outcome: 'succeeded' } }),
    fails,
    when({ condition: variable('B') }),
    when({ condition: { kind: 'all', of: [failed, variable('A')] } }),
    when({ condition: failed }),
    when({
      condition: { kind: 'not', of: { kind: 'variable', name: 'NONE', operator: 'exists', value: '' } },
    }),
  ];
  const { results, end } = await runSteps(site, agent, steps, { variables: { ROOM: 'A' } });
  assert.deepEqual(results.map(outcome), [
    ['skipped', 'condition-false'],
    ['failed', 'exit-code'],
    ['skipped', 'condition-false'],
    ['succeeded', null],
    ['skipped', 'condition-false'],
    ['succeeded', null],
  ]);
  assert.equal(end?.succeeded, true);
});

test(
  'BPKG-52: a package whose condition does not hold on the machine is skipped, with what was found',
  options,
  async () => {
    const applicableWhen = { kind: 'all' as const, of: [{ kind: 'file-exists' as const, path: '/license' }] };
    const step = installStep({
      parameters: 'echo 1 > "$TENKAI_ROOT/version"',
      detection: [printsVersion],
      applicableWhen,
    });
    const without = await runSteps(site, agent, [step]);
    assert.deepEqual(without.results.map(outcome), [['skipped', 'condition-not-met']]);
    assert.deepEqual(without.results[0]?.reason?.params, {
      subject: '/license',
      expected: 'present',
      actual: 'absent',
      truth: 'no',
    });
    writeFileSync(inRoot('license'), '');
    const withIt = await runSteps(site, agent, [step]);
    assert.deepEqual(withIt.results.map(outcome), [['succeeded', null]]);
  },
);

test(
  'copied files: whole or not at all, nothing outside of the target, the same ones left alone',
  options,
  async () => {
    const manifest = await publishContent(site, {
      'データ/a.txt': 'new',
      'データ/bin/run': '#!/bin/sh\n',
      'other/x': 'x',
    });
    const content = contentPart(manifest);
    mkdirSync(inRoot('srv/app'), { recursive: true });
    writeFileSync(inRoot('srv/app/a.txt'), 'old');
    const copy = copyStep({ content, from: 'データ', to: '/srv/app' });
    const { results } = await runSteps(site, agent, [copy, copy]);
    assert.match(results[0]?.logTail ?? '', /^2 files copied/);
    assert.match(results[1]?.logTail ?? '', /^0 files copied.*2 were there/);
    assert.equal(readFileSync(inRoot('srv/app/a.txt'), 'utf8'), 'new');
    assert.equal(
      execFileSync('stat', ['-c', '%a', inRoot('srv/app/bin/run')], { encoding: 'utf8' }),
      '755\n',
    );
    assert.deepEqual(readdirSync(inRoot('srv/app')).sort(), ['a.txt', 'bin']);

    mkdirSync(inRoot('victim'));
    mkdirSync(inRoot('srv/linked'));
    symlinkSync(inRoot('victim'), inRoot('srv/linked/bin'));
    const refused = await runSteps(site, agent, [
      copyStep({ content, from: 'データ', to: '/srv/linked', continueOnError: true }),
      copyStep({ content, from: 'nothing', to: '/srv/app', continueOnError: true }),
      copyStep({ content, from: '', to: 'srv', continueOnError: true }),
      copyStep({ content, from: 'other', to: '/../../../escape' }),
    ]);
    assert.deepEqual(refused.results.map(outcome), [
      ['failed', 'copy-target-link'],
      ['failed', 'copy-source-missing'],
      ['failed', 'copy-target-relative'],
      ['succeeded', null],
    ]);
    assert.deepEqual(readdirSync(inRoot('victim')), []);
    assert.equal(readFileSync(inRoot('escape/x'), 'utf8'), 'x');
  },
);

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

test('output is bounded on disk and in the report, and fit to be shown', options, async () => {
  const text =
    'i=0; while [ $i -lt 40000 ]; do echo "line $i of a chatty installer, which goes on and on"; i=$((i+1)); done; printf "\\033[31mred\\033[0m \\000\\377 end\\n"; sleep 2';
  const { results } = await runSteps(site, agent, [scriptStep(text)]);
  const tail = results[0]?.logTail ?? '';
  assert.ok(tail.length <= 8192);
  assert.match(tail, /line 39999 of .*\nred \uFFFD end\n$/);
});

test('wait and wake', options, async () => {
  const { results } = await runSteps(site, agent, [waitStep(1), wakeStep()]);
  assert.deepEqual(results.map(outcome), [
    ['succeeded', null],
    ['skipped', 'already-on'],
  ]);
  const [waited] = results;
  assert.ok((waited?.finishedAt ?? 0) - (waited?.startedAt ?? 0) >= 1000);
});

test(
  'a step that cannot be done says why: no interpreter, no executable, bad parameters',
  options,
  async () => {
    const manifest = await publishContent(site, { 'app/x': 'x' });
    const content = contentPart(manifest);
    const rest = { continueOnError: true };
    const { results } = await runSteps(site, agent, [
      scriptStep('dir', { interpreter: 'cmd', ...rest }),
      programStep({ content, executable: 'app/../../x', ...rest }),
      programStep({ content, executable: 'app/x', parameters: "'open", ...rest }),
    ]);
    assert.deepEqual(results.map(outcome), [
      ['failed', 'interpreter-missing'],
      ['failed', 'executable-missing'],
      ['failed', 'parameters-unbalanced'],
    ]);
  },
);

test('a real .deb is installed by dpkg and found by its version', {
  ...options,
  skip: findProgram('dpkg-deb') ? false : 'dpkg is not installed',
}, async () => {
  for (const folder of ['info', 'updates', 'triggers'])
    mkdirSync(inRoot(`var/lib/dpkg/${folder}`), { recursive: true });
  for (const file of ['status', 'available']) writeFileSync(inRoot(`var/lib/dpkg/${file}`), '');
  const rule = {
    kind: 'package' as const,
    source: 'dpkg' as const,
    name: 'tenkai-sample',
    operator: '>=' as const,
  };
  const step = async (version: string) => {
    const manifest = await publishContent(site, { 'パッケージ/sample.deb': buildDeb(version) });
    const detection = [{ ...rule, version }];
    return installStep({ content: contentPart(manifest), executable: 'パッケージ/sample.deb', detection });
  };
  const first = await runSteps(site, agent, [await step('1.9-1')]);
  assert.deepEqual(first.results.map(outcome), [['succeeded', null]], first.results[0]?.logTail);
  const second = await runSteps(site, agent, [await step('1.10-1'), await step('1.10-1')]);
  assert.deepEqual(second.results.map(outcome), [
    ['succeeded', null],
    ['skipped', 'already-installed'],
  ]);
  assert.deepEqual([second.results[0]?.versionBefore, second.results[0]?.versionAfter], ['1.9-1', '1.10-1']);
  const query = ['--admindir', inRoot('var/lib/dpkg'), '-W', '-f', '$'.concat('{Version}'), 'tenkai-sample'];
  assert.equal(execFileSync('dpkg-query', query, { encoding: 'utf8' }), '1.10-1');
});

function buildDeb(version: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'tenkai-deb-'));
  try {
    mkdirSync(join(folder, 'tree/DEBIAN'), { recursive: true, mode: 0o755 });
    mkdirSync(join(folder, 'tree/opt'));
    writeFileSync(join(folder, 'tree/opt/sample'), version);
    const control = [
      'Package: tenkai-sample',
      `Version: ${version}`,
      'Architecture: all',
      'Maintainer: T <t@example.org>',
    ];
    writeFileSync(join(folder, 'tree/DEBIAN/control'), `${control.join('\n')}\nDescription: sample\n`);
    execFileSync('dpkg-deb', ['--root-owner-group', '--build', join(folder, 'tree'), join(folder, 'x.deb')], {
      stdio: 'ignore',
    });
    return readFileSync(join(folder, 'x.deb'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
