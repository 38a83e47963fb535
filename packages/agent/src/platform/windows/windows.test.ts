import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { outputTail, trimOutput } from '../output-file.ts';
import { parseBoot } from './boot.ts';
import { decodeLines, decoderOfPage } from './code-page.ts';
import { agentDataFolder, systemEnvironment, systemProgram } from './environment.ts';
import { createInstaller } from './installer.ts';
import { createPower } from './power.ts';
import { killArguments } from './processes.ts';
import { createSessions, parseQueryUser } from './sessions.ts';
import { recorder, recording, signal } from './windows-for-test.ts';

const system32 = 'C:\\Windows\\System32';

describe('what programs print', () => {
  const pages: [string, string, string][] = [
    ['932', '8365835883672e7478742082aa8ca982c282a982e882dc82b982f18142', 'テスト.txt が見つかりません。'],
    ['932', '955c8ea6835c83748367', '表示ソフト'],
    ['936', 'cec4bcfe', '文件'],
    ['949', 'c6c4c0cf', '파일'],
    ['950', 'c0c9aed7', '檔案'],
    ['866', '94a0a9ab', 'Файл'],
    ['437', '6361668220e1', 'café ß'],
    ['850', '9b20477294e165', 'ø Größe'],
    ['852', '88a264ab', 'łódź'],
    ['858', '313020d5', '10 €'],
    ['65001', 'c3a9', 'é'],
  ];
  for (const [page, hex, text] of pages) {
    test(`code page ${page}: ${text}`, () => {
      const decode = decoderOfPage(page);
      assert.equal(decode(Buffer.from(hex, 'hex')), text);
      // One output of a program in that page, of one in UTF-8 and of one in ASCII.
      const mixed = Buffer.concat([Buffer.from(hex, 'hex'), Buffer.from('\r\nUTF-8: テスト\nend')]);
      assert.equal(decodeLines(mixed, decode), `${text}\r\nUTF-8: テスト\nend`);
    });
  }

  test('a page that nobody knows is UTF-8, and no byte makes it fail', () => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    for (const page of [undefined, '', '1', '720', '857', '869', '932', '936'])
      assert.match(decodeLines(all, decoderOfPage(page)), /^\0.*~/s);
    assert.equal(decoderOfPage('1')(Buffer.from('é')), 'é');
  });

  test('the tail of an output begins with a whole line, for the middle of a character cannot be told', (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'tenkai-output-'));
    atEnd(t, () => rmSync(folder, { recursive: true, force: true }));
    const line = Buffer.from('8365835883670d0a', 'hex');
    writeFileSync(join(folder, 'output.log'), Buffer.concat(Array.from({ length: 300_000 }, () => line)));
    const decode = (bytes: Buffer) => decodeLines(bytes, decoderOfPage('932'));
    for (const bytes of [81, 82, 83, 84])
      assert.match(outputTail(folder, bytes, decode), /^(テスト\r\n){9,10}$/);
    trimOutput(folder);
    const kept = outputTail(folder, 1e6, decode);
    assert.match(kept, /^(テスト\r\n)+$/);
    assert.ok(kept.length > 30_000);
  });
});

describe('how files of packages are run', () => {
  const installer = createInstaller();
  const line = (file: string, parameters: string) => {
    const { program, args, isVerbatim } = installer.commandFor(
      file,
      installer.argumentsOf(parameters, { V: 'x y' }),
    );
    assert.ok(isVerbatim, 'nothing is quoted once more');
    return [program.slice(program.lastIndexOf('\\') + 1), ...args].join(' ');
  };
  const rows: [string, string, string][] = [
    ['C:\\w\\a b.msi', '', 'msiexec.exe /i "C:\\w\\a b.msi" /qn /norestart'],
    [
      'C:\\w\\a.msi',
      'INSTALLDIR="C:\\x y"',
      'msiexec.exe /i "C:\\w\\a.msi" /qn /norestart INSTALLDIR="C:\\x y"',
    ],
    ['C:\\w\\a.msi', '/passive /forcerestart', 'msiexec.exe /i "C:\\w\\a.msi" /passive /forcerestart'],
    ['C:\\w\\a.msi', '/qb! A=1', 'msiexec.exe /i "C:\\w\\a.msi" /norestart /qb! A=1'],
    ['C:\\w\\A.MSP', '-quiet', 'msiexec.exe /p "C:\\w\\A.MSP" /norestart -quiet'],
    ['C:\\w\\a.msu', '', 'wusa.exe "C:\\w\\a.msu" /quiet /norestart'],
    ['C:\\w\\setup.exe', '-u -z  "a  b" \\"c', 'setup.exe -u -z  "a  b" \\"c'],
    ['C:\\w\\setup.exe', '', 'setup.exe'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the scenario
    ['C:\\w\\setup.exe', '/D=${V} ${W}', 'setup.exe /D=x y ${W}'],
    ['C:\\w\\a b.cmd', '1 2', 'cmd.exe /d /s /c ""C:\\w\\a b.cmd" 1 2"'],
    [
      'C:\\w\\a.ps1',
      '-A 1',
      'powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -File "C:\\w\\a.ps1" -A 1',
    ],
    ['C:\\w\\a.vbs', '/x', 'cscript.exe //B //NoLogo "C:\\w\\a.vbs" /x'],
  ];
  for (const [file, parameters, wanted] of rows) {
    test(`BPKG-25: ${file.slice(5)} with ${parameters || 'nothing'}`, () =>
      assert.equal(line(file, parameters), wanted));
  }

  test('scripts and command lines', () => {
    assert.deepEqual(installer.shellCommand('echo "a" & exit 3').args, [
      '/d',
      '/s',
      '/c',
      '"echo "a" & exit 3"',
    ]);
    assert.deepEqual(installer.scriptCommand('cmd', 'C:\\a b.cmd').args, [
      '/d',
      '/s',
      '/c',
      '""C:\\a b.cmd""',
    ]);
    assert.throws(() => installer.scriptCommand('bash', 'x'), { code: 'interpreter-missing' });
  });
});

test('shutdown.exe, query.exe, msg.exe and taskkill.exe get these lines', async () => {
  const { ask, lines } = recorder(() => ({ code: 0, stdout: '' }));
  const power = createPower({ powerCommand: null }, ask);
  await power.restart(signal);
  await power.shutDown(signal);
  await createPower({ powerCommand: ['C:\\p.exe', 'a'] }, ask).restart(signal);
  const sessions = createSessions(ask);
  await sessions.list(signal);
  await sessions.warn('Save your work.', signal);
  assert.deepEqual(lines, [
    `${system32}\\shutdown.exe /r /f /t 0 /d P:4:2 /c Tenkai`,
    `${system32}\\shutdown.exe /s /f /t 0 /d P:4:2 /c Tenkai`,
    'C:\\p.exe a restart',
    `${system32}\\query.exe user`,
    `${system32}\\msg.exe * /TIME:3600 Save your work.`,
  ]);
  assert.deepEqual(killArguments('42'), ['/T', '/F', '/PID', '42']);
  const refused = createPower({ powerCommand: null }, recorder(() => ({ code: 5, stdout: '' })).ask);
  await assert.rejects(() => refused.restart(signal), { code: 'program-failed' });
});

test('people who are signed in, in any language', () => {
  assert.deepEqual(
    parseQueryUser(recording('query-user-windows.txt')).map(({ id, user, isActive }) => [id, user, isActive]),
    [
      ['1', 'hana', true],
      ['2', 'ken', false],
    ],
  );
  assert.deepEqual(parseQueryUser('No User exists for *\r\n'), []);
  const heading = ' USERNAME              SESSIONNAME        ID  STATE   IDLE TIME  LOGON TIME\r\n';
  const line = (user: string) => parseQueryUser(`${heading}${user}`).map(({ user: name, id }) => [name, id]);
  assert.deepEqual(
    line('>john smith            console             1  Active      none   1/2/2026 8:00 AM\r\n'),
    [['john smith', '1']],
  );
  assert.deepEqual(
    line(' john smith                                2  Disc        1:02   1/2/2026 8:00 AM\r\n'),
    [['john smith', '2']],
  );
});

test('nobody is signed in only where Windows has said so', async () => {
  const users = recording('query-user-windows.txt');
  const listed = ' SESSIONNAME       USERNAME                 ID  STATE   TYPE        DEVICE\r\n';
  const nobody = `${listed}>services                                    0  Disc\r\n console                                     1  Conn\r\n`;
  const smith = '>john smith            console             1  Active      none   1/2/2026 8:00 AM\r\n';
  const atConsole = `${listed} services                                    0  Disc\r\n>console           john smith                1  Active\r\n`;
  const away = `${listed}>services                                    0  Disc\r\n                   alice                     2  Disc\r\n`;
  const cases: [string, string, string, boolean][] = [
    ['somebody, also who is away', users, nobody, false],
    ['somebody with a blank in the name', ` USERNAME\r\n${smith}`, nobody, false],
    ['a line that cannot be read', ' USERNAME\r\n ?\r\n', nobody, false],
    ['somebody whom only the sessions name', '', atConsole, false],
    ['somebody away whom only the sessions name', '', away, false],
    ['nobody', '', nobody, true],
    ['nobody, in words', 'No User exists for *\r\n', nobody, true],
    ['an edition without query.exe', '', '', false],
    ['a service that does not answer', '', listed, false],
  ];
  for (const [what, user, session, expected] of cases) {
    const { ask } = recorder((args) => ({ code: 1, stdout: args[0] === 'user' ? user : session }));
    assert.equal(await createSessions(ask).isNobodySignedIn(signal), expected, what);
  }
  for (const silent of ['user', 'session']) {
    const { ask } = recorder(([what]) => ({
      code: what === silent ? null : 0,
      stdout: what === silent || what === 'user' ? '' : nobody,
    }));
    assert.equal(await createSessions(ask).isNobodySignedIn(signal), false, `no answer to query ${silent}`);
  }
});

test('nothing of ours is in the environment of programs; folders are those of the system', () => {
  const env = {
    TENKAI_X: '1',
    NODE_OPTIONS: '-r x',
    Path: 'p',
    SYSTEMROOT: 'D:\\Win',
    programdata: 'D:\\Data',
  };
  assert.deepEqual(Object.keys(systemEnvironment(env)), ['Path', 'SYSTEMROOT', 'programdata']);
  const path = (before: string) => systemEnvironment({ Path: before }, 'C:\\Tenkai\\Agent').Path;
  assert.equal(path('C:\\Windows;'), 'C:\\Windows;C:\\Tenkai\\Agent');
  assert.equal(path('c:\\tenkai\\AGENT;C:\\Windows'), 'c:\\tenkai\\AGENT;C:\\Windows');
  assert.deepEqual(systemEnvironment({}, 'C:\\Tenkai'), { Path: 'C:\\Tenkai' });
  assert.equal(systemProgram('reg.exe', env), 'D:\\Win\\System32\\reg.exe');
  assert.equal(agentDataFolder(env), 'D:\\Data\\Tenkai\\Agent');
  assert.equal(agentDataFolder({}), 'C:\\ProgramData\\Tenkai\\Agent');
});

test('the name of a start of Windows', () => {
  const id = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
  assert.deepEqual(parseBoot(`${id} 1795269247942`), { id, at: 1795269247942 });
  for (const other of [undefined, '', id, `${id} x`]) assert.equal(parseBoot(other), undefined);
});
