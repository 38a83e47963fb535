import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { dataOf, parseRegistry } from '@tenkai/domain/machine/registry-listing.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { outputTail, trimOutput } from '../output-file.ts';
import type { run } from '../shell.ts';
import { parseBoot } from './boot.ts';
import { decodeLines, decoderOfPage } from './code-page.ts';
import { createDetection, registryFact } from './detection.ts';
import { agentDataFolder, systemEnvironment, systemProgram } from './environment.ts';
import { createInstaller } from './installer.ts';
import { idOf, languageOf, parseDisks, servicePackOf, systemNameOf } from './inventory-parsers.ts';
import { createPaths } from './paths.ts';
import { createPower } from './power.ts';
import { killArguments } from './processes.ts';
import { type AskRegistry, createRegistry, formsOf, queryArguments } from './registry.ts';
import { createSessions, parseQueryUser } from './sessions.ts';
import { firmwareOf } from './smbios.ts';
import { listProducts, productsNamed, softwareOf } from './uninstall.ts';

const recording = (name: string) => readFileSync(join(import.meta.dirname, '../recordings', name), 'utf8');
const signal = AbortSignal.timeout(60_000);
const system32 = 'C:\\Windows\\System32';
const none = { code: 1, stdout: '', stderr: '', problem: '' };

/** Writes down what would be run, and answers as given. */
function recorder(answer: (args: readonly string[]) => { code: number | null; stdout: string }) {
  const lines: string[] = [];
  const ask: typeof run = async (program, args, { decode }) => {
    lines.push([program, ...args].join(' '));
    const { code, stdout } = answer(args);
    return { ...none, code, stdout: decode ? decode(Buffer.from(stdout)) : stdout };
  };
  return { ask, lines };
}

describe('the registry by reg.exe', () => {
  test('what it prints becomes keys and values', () => {
    const keys = parseRegistry(recording('reg-query-uninstall-windows.txt'));
    assert.deepEqual(
      keys.map(({ path, values }) => [path.split('\\').at(-1), values.length]),
      [
        ['Uninstall', 0],
        ['7-Zip', 4],
        ['{3F2504E0-4F89-41D3-9A0C-0305E82C3301}', 6],
        ['KB1234567', 3],
      ],
    );
    const msi = keys[2];
    assert.equal(dataOf(msi, 'displayname'), 'Road    Tool (x64)', 'blanks in data stay');
    assert.equal(dataOf(msi, 'Comment'), '');
    assert.equal(dataOf(msi, 'None'), undefined);
  });

  test("the default value has the name that was asked for, whatever the system's language calls it", () => {
    const [key] = parseRegistry('\r\nHKEY_LOCAL_MACHINE\\A\r\n    (既定)    REG_SZ    data\r\n\r\n', '');
    assert.equal(dataOf(key, ''), 'data');
  });

  test('each question is one command line, of one view, read in the code page of consoles', async () => {
    const { ask, lines } = recorder((args) =>
      args.includes('OEMCP')
        ? { code: 0, stdout: 'HKEY_LOCAL_MACHINE\\X\r\n    OEMCP    REG_SZ    932\r\n' }
        : { code: 1, stdout: '' },
    );
    const registry = createRegistry(ask);
    assert.equal(await registry({ key: 'HKLM\\A B', name: 'v', view: '32' }), null);
    assert.equal(await registry({ key: 'HKLM\\A', isDeep: true, view: '64' }), null);
    assert.deepEqual(
      lines.map((line) => line.replace(`${systemProgram('reg.exe')} `, '')),
      [
        'query HKLM\\SYSTEM\\CurrentControlSet\\Control\\Nls\\CodePage /v OEMCP /reg:64',
        'query HKLM\\A B /v v /reg:32',
        'query HKLM\\A /s /reg:64',
      ],
    );
    assert.deepEqual(queryArguments({ key: 'K', name: '', view: '64' }), ['query', 'K', '/ve', '/reg:64']);
  });

  test('BPKG-48: a value is found in either view, and a number in both ways to write it', async () => {
    const only32: AskRegistry = async ({ view }) =>
      view === '32' ? [{ path: 'K', values: [{ name: 'n', type: 'REG_DWORD', data: '0x10' }] }] : null;
    assert.deepEqual(await registryFact(only32, { key: 'K', name: 'n' }, signal), {
      state: 'present',
      values: ['0x10', '16'],
      type: 'REG_DWORD',
    });
    assert.deepEqual(await registryFact(only32, { key: 'K' }, signal), { state: 'present', values: [] });
    assert.deepEqual(await registryFact(async () => null, { key: 'K' }, signal), { state: 'absent' });
    assert.deepEqual(formsOf({ name: '', type: 'REG_SZ', data: '0x10' }), ['0x10']);
    assert.deepEqual(formsOf({ name: '', type: 'REG_MULTI_SZ', data: 'a\\0b' }), ['a\\0b', 'a', 'b']);
    assert.deepEqual(formsOf({ name: '', type: 'REG_BINARY', data: '0A' }), ['0A', '0a']);
  });

  test('BPKG-35, BPKG-48: a condition or detection of one view asks that view alone', async () => {
    const { ask, lines } = recorder((args) => ({
      code: args.includes('/reg:32') ? 0 : 1,
      stdout: 'HKEY_LOCAL_MACHINE\\X\r\n    V    REG_SZ    1.10\r\n',
    }));
    const detection = createDetection({ paths: createPaths(), registry: createRegistry(ask) });
    const asked = { kind: 'registry' as const, key: 'HKLM\\X', name: 'V' };
    const detect = async (
      rule: Partial<typeof asked> & { view?: '32' | '64'; operator?: '>='; data?: string },
    ) => {
      const { isDetected, found } = await detection.detect({ ...asked, ...rule }, signal);
      return [isDetected, found];
    };
    assert.deepEqual(await detect({ view: '32', operator: '>=', data: '1.9' }), [true, '1.10']);
    assert.deepEqual(await detect({ view: '64', operator: '>=', data: '1.9' }), [false, 'absent']);
    assert.deepEqual(await detect({ operator: '>=', data: 'x' }), [false, '1.10 (not a version)']);
    assert.deepEqual(
      lines.slice(1).map((line) => line.slice(line.indexOf(' ') + 1)),
      ['32', '64', '64', '32'].map((view) => `query HKLM\\X /v V /reg:${view}`),
    );
    assert.deepEqual(await detection.probe({ ...asked, view: '64' }, signal), { state: 'absent' });
  });
});

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

test('products are those of both views, without patches and parts, and found by name or product code', async () => {
  const registry: AskRegistry = async ({ view }) =>
    view === '64' ? parseRegistry(recording('reg-query-uninstall-windows.txt')) : null;
  const products = await listProducts(registry);
  assert.deepEqual(products.map(softwareOf), [
    {
      name: '7-Zip 24.08 (x64)',
      version: '24.08',
      source: 'other',
      architecture: 'x64',
      publisher: 'Igor Pavlov',
    },
    {
      name: 'Road    Tool (x64)',
      version: '1.2.3',
      source: 'msi',
      architecture: 'x64',
      installedAt: '2026-11-21',
    },
  ]);
  for (const name of ['road    tool (X64)', '{3f2504e0-4f89-41d3-9a0c-0305e82c3301}'])
    assert.equal(productsNamed(products, name)[0]?.version, '1.2.3');
  assert.deepEqual(productsNamed(products, 'Road'), []);
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

describe('what the inventory makes of the facts', () => {
  const names: [string, string, string, string][] = [
    ['19045', 'Client', 'Windows 10 Pro', 'windows-10'],
    ['22631', 'Client', 'Windows 10 Pro', 'windows-11'],
    ['17763', 'Server', 'Windows Server 2019 Standard', 'windows-server-2019'],
    ['20348', 'Server Core', 'Windows Server 2022 Datacenter', 'windows-server-2022'],
    ['9600', 'Server', 'Windows Server 2012 R2', 'windows-server-2012-r2'],
    ['', '', 'Odd', 'odd'],
  ];
  for (const [build, installationType, productName, id] of names) {
    test(`build ${build || 'none'} of ${installationType || 'nothing'} is ${id}`, () =>
      assert.equal(idOf(systemNameOf({ build, installationType, productName })), id));
  }

  test('BOSM-18: service packs; languages; disks', () => {
    assert.deepEqual(servicePackOf('Service Pack 2'), { major: 2, minor: 0 });
    assert.equal(servicePackOf(''), undefined);
    assert.deepEqual(['0411', '0409', '0c07', '0404', 'zz'].map(languageOf), [
      'ja',
      'en',
      'de',
      'zh-tw',
      'en',
    ]);
    const answer =
      '[{"Name":"\\\\\\\\.\\\\PHYSICALDRIVE0","Size":256052966400,"Model":" NVMe "},{"Name":"x","Size":null}]';
    assert.deepEqual(parseDisks(answer), [
      { name: 'PHYSICALDRIVE0', sizeBytes: 256052966400, model: 'NVMe' },
    ]);
    for (const other of ['', '{}', 'null']) assert.equal(parseDisks(other), null);
  });

  test('the firmware tables: strings by number, UUID in its byte order; cut data are none', () => {
    const bios = Buffer.from([0, 5, 0, 0, 1, ...Buffer.from('Vendor\0\0')]);
    const uuid = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
    const strings = Buffer.from('NEC\0Express\0S1\0\0', 'latin1');
    const system = Buffer.concat([Buffer.from([1, 24, 1, 0, 1, 2, 0, 3]), uuid, strings]);
    const data = Buffer.concat([Buffer.alloc(8), bios, system]);
    assert.deepEqual(firmwareOf(data), {
      manufacturer: 'NEC',
      model: 'Express',
      serial: 'S1',
      uuid: '33221100-5544-7766-8899-aabbccddeeff',
    });
    for (let length = 0; length < data.length; length += 1)
      assert.equal(firmwareOf(data.subarray(0, length)), null);
  });
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
