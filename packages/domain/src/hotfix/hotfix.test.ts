import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { reasonSentence } from '../reason.ts';
import { parseArtefactName } from './artefact-name.ts';
import { hotfixes } from './catalogue.ts';
import { parseFileTable } from './file-table.ts';
import { fileKey } from './hotfix.ts';
import { type FoundFile, judgeFiles, lineOf, mayReplace } from './judge-files.ts';
import { parsePatchList } from './patch-list.ts';
import { readPeFacts } from './pe-file.ts';
import { findHotfix, hotfixRefusal, notCarriedOver, supersededBy } from './supersedence.ts';

const page = new URL('../../../../docs/requirements/a_hotfix.md', import.meta.url);
const requirements = readFileSync(page, 'utf8');
const tables = findHotfix('977203')?.files ?? {};
const sp1 = tables.SP1 ?? [];
const sp2 = tables.SP2 ?? [];
const sentence = (id: string, level: string, installed: string[]) => {
  const reason = hotfixRefusal({ id, level, installed });
  return reason && reasonSentence(reason);
};

test('HOTFIX-17, HOTFIX-18, HOTFIX-20: both tables have 13 rows, told apart by name and platform', () => {
  for (const [table, version] of [
    [sp1, '4.0.6221.1193'],
    [sp2, '4.0.6487.2111'],
  ] as const) {
    assert.equal(table.length, 13);
    assert.equal(new Set(table.map(fileKey)).size, 13);
    const versions = table.flatMap((file) => file.version ?? []);
    assert.deepEqual([versions.length, new Set(versions)], [8, new Set([version])]);
    const platforms = table.filter(({ name }) => name === 'Ccmgencert.dll').map(({ platform }) => platform);
    assert.deepEqual(platforms, ['x86', 'ia64', 'x64']);
  }
  const total = (table: typeof sp1) => table.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  assert.deepEqual([total(sp1), total(sp2)], [24_288_873, 21_215_640]);
});

test('HOTFIX-17, HOTFIX-18: every row is that of the requirement, word for word', () => {
  for (const [level, table] of [
    ['SP1', sp1],
    ['SP2', sp2],
  ] as const) {
    const lines = requirements.split(`| ${level} file |`)[1]?.split('\n').slice(2, 15) ?? [];
    const rows = lines.map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
    const ours = table.map(({ name, version, sizeBytes, writtenAt, platform }) => [
      name,
      version ?? '-',
      sizeBytes.toLocaleString('en-US'),
      // What nobody can read is told there in other words.
      writtenAt === null ? 'garbled (HOTFIX-19) 3:40' : writtenAt.replace('T', ' ').replace(':00Z', ''),
      platform === null ? '-' : platform.replace('ia64', 'IA-64'),
    ]);
    assert.deepEqual(ours, rows);
  }
});

test('HOTFIX-16, HOTFIX-19: n/a is no version, and a date that cannot be read keeps its row and text', () => {
  const table = parseFileTable(
    'a.cab | n/a | 257,833 | 2009 年 12 月 10 日~12 月 3:40 | 対象外\nb.exe | 1.0 | 1 | 2010-01-25 06:27 | x64',
  );
  assert.deepEqual(table.warnings, [
    { line: 1, code: 'hotfix-date-unreadable', text: '2009 年 12 月 10 日~12 月 3:40' },
  ]);
  const [cab, exe] = table.files;
  assert.deepEqual([cab?.version, cab?.platform, cab?.writtenAt], [null, null, null]);
  assert.deepEqual([exe?.writtenAt, exe?.platform, exe?.rawDate], ['2010-01-25T06:27:00Z', 'x64', undefined]);
  assert.deepEqual(
    sp2.filter(({ writtenAt }) => writtenAt === null).map(({ name }) => name),
    ['Ccmsetup-sup.cab'],
  );
  for (const bad of ['x', 'a | 1 | many | | x86', ' | 1 | 5 | | x86', 'a | 1 | 5 | | x86 | more'])
    assert.throws(() => parseFileTable(bad), /line 1/, bad);
});

test('HOTFIX-02, HOTFIX-04, HOTFIX-05: prerequisite, no earlier fix, one later; a transposed id is flagged', () => {
  assert.equal(sentence('977203', 'SP1', []), null);
  assert.equal(sentence('KB977203', 'SP2', []), null);
  assert.equal(sentence('KB977203', '', []), 'KB977203 needs one of: SP1, SP2; the machine has -.');
  assert.equal(sentence('KB977384', 'SP1', []), 'KB977384 needs one of: SP2; the machine has SP1.');
  assert.deepEqual([findHotfix('KB977203')?.replaces, supersededBy('KB977203')], [[], ['KB977384']]);
  assert.deepEqual(supersededBy('KB977384'), []);
  assert.equal(sentence('997384', 'SP2', []), 'Hotfix KB997384 is not in the catalogue.');
});

test('HOTFIX-06: with KB977384 installed KB977203 is refused; the other way round it is not', () => {
  const refusal = 'KB977203 is superseded by KB977384, which is installed: not applicable.';
  assert.equal(sentence('KB977203', 'SP2', ['977384']), refusal);
  assert.equal(sentence('KB977384', 'SP2', ['KB977203']), null);
  const later = { ...(findHotfix('KB977384') ?? assert.fail()), id: 'KB1000000', replaces: ['KB977384'] };
  const through = hotfixRefusal({ id: 'KB977203', level: 'SP2', installed: ['KB1000000'] }, [
    ...hotfixes,
    later,
    { ...later, id: 'KB977384', replaces: ['KB977203', 'KB1000000'] },
  ]);
  assert.equal(through?.code, 'hotfix-superseded');
});

test('HOTFIX-07: the later fix does not carry the tool, which stays with the earlier one', () => {
  assert.deepEqual(notCarriedOver('KB977203'), ['Ccmcertfix.exe']);
  assert.deepEqual(notCarriedOver('KB977384'), []);
});

test('HOTFIX-12: names of server packages and client patches', () => {
  assert.deepEqual(parseArtefactName('SCCM2007-SP2-KB977203-JPN.msi'), {
    kind: 'server',
    product: 'SCCM2007',
    level: 'SP2',
    hotfix: 'KB977203',
    language: 'JPN',
    architecture: null,
  });
  const patch = parseArtefactName('sccm2007ac-sp1-kb977203-x86.msp');
  assert.deepEqual([patch?.kind, patch?.level, patch?.architecture], ['client-patch', 'SP1', 'x86']);
  for (const name of ['SCCM2007-SP2-KB977203.msi', 'SCCM2007-SP2-KB977203-ENU.msi.exe', 'setup.msi', ''])
    assert.equal(parseArtefactName(name), null, name);
});

const found = (version: string, name = 'Ccmsetup.exe'): FoundFile => ({
  name,
  version,
  sizeBytes: 1,
  platform: 'x86',
});

test('HOTFIX-22: a version of another service level is the wrong line, neither older nor newer', () => {
  assert.deepEqual(['4.0.6221.1193', '4.0.6487.2111', '4.0.6487', '4.0.64870.1'].map(lineOf), [
    'SP1',
    'SP2',
    'SP2',
    undefined,
  ]);
  assert.equal(judgeFiles(sp2, [found('4.0.6221.1193')]).state, 'wrong-line');
  assert.equal(judgeFiles(sp1, [found('4.0.6487.2111')]).state, 'wrong-line');
});

test('HOTFIX-24: every file decides, by version and never by date; mixed is partial', () => {
  const both = (setup: string, manager: string) =>
    judgeFiles(sp2, [found(setup), found(manager, 'SMPMGR.DLL')]).state;
  assert.equal(both('4.0.6487.2111', '4.0.6487.2200'), 'compliant');
  assert.equal(both('4.0.6487.2000', '4.0.6487.2000'), 'absent');
  assert.equal(both('4.0.6487.2111', '4.0.6487.2000'), 'partial');
  assert.equal(judgeFiles(sp2, []).state, 'absent');
  const wrongPlatform = { ...found('4.0.6487.2111'), platform: 'x64' as const };
  assert.equal(judgeFiles(sp2, [wrongPlatform]).state, 'absent');
  const mp = { name: 'Mp.msi', version: null, platform: null };
  assert.equal(judgeFiles(sp2, [{ ...mp, sizeBytes: 9_180_672 }]).state, 'compliant');
  assert.equal(judgeFiles(sp2, [{ ...mp, sizeBytes: 1 }]).state, 'absent');
});

test('a newer file is never overwritten, nor one of another line', () => {
  const patch = { version: '4.0.6487.2111' };
  const cases = [
    ['4.0.6487.2110', true],
    ['4.0.6487.2111', true],
    ['4.0.6487.2157', false],
    ['4.0.6221.1193', false],
  ] as const;
  for (const [version, may] of cases) assert.equal(mayReplace(patch, found(version)), may, version);
  assert.equal(mayReplace(patch, undefined), true);
});

test('PATCH lists local files, shares and web servers, quoted or not', () => {
  const value = String.raw`"C:\Client Patches\SCCM2007AC-SP2-KB977203-x86.msp;\\dp\pkg$ x\b.msp"`;
  assert.deepEqual(parsePatchList(value.replace('$ ', ' ')).problems, []);
  const { files } = parsePatchList(value.replace('$ ', ' '));
  assert.deepEqual(
    files.map(({ path, artefact }) => [path, artefact?.hotfix]),
    [
      [String.raw`C:\Client Patches\SCCM2007AC-SP2-KB977203-x86.msp`, 'KB977203'],
      [String.raw`\\dp\pkg x\b.msp`, undefined],
    ],
  );
  assert.equal(parsePatchList('/srv/a.msp; https://dp.example/x/b.MSP;').files.length, 2);
});

test('AGENT-14: PATCH names patches of our own agent by their ids, too; those of the old client by their files alone', () => {
  const value = 'tk1001; /srv/a.tkp;TK1002';
  const own = parsePatchList(value, { takesIds: true });
  assert.deepEqual(
    [own.files.map(({ path }) => path), own.problems],
    [['TK1001', '/srv/a.tkp', 'TK1002'], []],
  );
  const codes = (list: string, takesIds: boolean) =>
    parsePatchList(list, { takesIds }).problems.map(({ code }) => code);
  assert.deepEqual(codes(value, false), ['patch-path-refused', 'patch-path-refused']);
  assert.deepEqual(codes('TK1001;tk1001', true), ['patch-twice']);
  for (const wrong of ['TK1', 'TK1001.tkp', 'TK1001/..', '../TK1001', 'ＴＫ1001'])
    assert.deepEqual(codes(wrong, true), ['patch-path-refused'], wrong);
});

test('hostile values of PATCH are refused whole, each with its reason', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['', 'patch-list-empty'],
    [' ; ;', 'patch-list-empty'],
    ['a.msp', 'patch-path-refused'],
    ['..\\a.msp', 'patch-path-refused'],
    ['C:\\x\\..\\..\\a.msp', 'patch-path-refused'],
    ['/srv/./a.msp', 'patch-path-refused'],
    ['http://dp.example/a.msp', 'patch-path-refused'],
    ['https://user:secret@dp.example/a.msp', 'patch-path-refused'],
    ['C:\\a.msp" /qn TARGETDIR="C:\\', 'patch-path-refused'],
    ['C:\\%TEMP%\\a.msp', 'patch-path-refused'],
    ['C:\\a&calc.msp', 'patch-path-refused'],
    ['/srv/$(id).msp', 'patch-path-refused'],
    ['/srv/a\u0000.msp', 'patch-path-refused'],
    ['/srv/a\n.msp', 'patch-path-refused'],
    ['/srv/\u202epsm.exe.msp', 'patch-path-refused'],
    [`/${'x'.repeat(2000)}.msp`, 'patch-path-refused'],
    ['C:\\a.exe', 'patch-not-msp'],
    ['C:\\.msp', 'patch-not-msp'],
    ['C:\\a.msp;c:/A.MSP', 'patch-twice'],
    [Array.from({ length: 21 }, (_, index) => `/p${index}.msp`).join(';'), 'patch-list-long'],
  ];
  for (const [value, code] of cases) {
    const { files, problems } = parsePatchList(value);
    assert.deepEqual([files, problems.map((problem) => problem.code)], [[], [code]], value.slice(0, 60));
    for (const problem of problems) assert.doesNotMatch(reasonSentence(problem), /\p{Cc}|\p{Cf}|\{/u);
  }
  assert.deepEqual(parsePatchList('/a.msp;b.msp;/c.exe').files, []);
});

test('a program tells its platform and version; what is no program tells nothing', () => {
  const bytes = new Uint8Array(256);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0x5a4d, true);
  view.setUint32(60, 128, true);
  view.setUint32(128, 0x4550, true);
  view.setUint16(132, 0x8664, true);
  assert.deepEqual(readPeFacts(bytes), { platform: 'x64', version: null });
  bytes[150] = 0xbd;
  view.setUint32(200, 0xfeef04bd, true);
  view.setUint32(204, 0x10000, true);
  view.setUint32(208, 4 << 16, true);
  view.setUint32(212, (6487 << 16) | 2111, true);
  assert.deepEqual(readPeFacts(bytes), { platform: 'x64', version: '4.0.6487.2111' });
  for (let length = 0; length < 256; length += 1)
    assert.doesNotThrow(() => readPeFacts(bytes.subarray(0, length)));
  view.setUint32(60, 0xffffffff, true);
  assert.equal(readPeFacts(bytes), null);
});
