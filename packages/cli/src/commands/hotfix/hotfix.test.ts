/** The real command on real MSIs, which wixl makes here. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { createCli } from '@tenkai/testkit/tenkai-cli.ts';
import { acquisitionText, writtenText } from './hotfix-show.ts';

const tools = ['/usr/bin/wixl', '/usr/bin/msiextract', '/usr/bin/msiinfo'];
const noMsi = tools.every((tool) => existsSync(tool)) ? false : 'wixl or msitools is MISSING';

/** The head of a program for x86 with this version. */
function program(version: readonly [number, number, number, number]): Buffer {
  const bytes = Buffer.alloc(512);
  bytes.writeUInt16LE(0x5a4d, 0);
  bytes.writeUInt32LE(128, 60);
  bytes.writeUInt32LE(0x4550, 128);
  bytes.writeUInt16LE(0x14c, 132);
  bytes.writeUInt32LE(0xfeef04bd, 200);
  bytes.writeUInt32LE(0x10000, 204);
  bytes.writeUInt32LE(((version[0] << 16) | version[1]) >>> 0, 208);
  bytes.writeUInt32LE(((version[2] << 16) | version[3]) >>> 0, 212);
  return bytes;
}

const source = (folder: string, file = 'Ccmcertfix.exe') => `<?xml version="1.0" encoding="utf-8"?>
<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi"><Product Id="*" Name="Hotfix" Language="1033"
  Version="4.0.6487.2111" Manufacturer="Test" UpgradeCode="11111111-2222-3333-4444-555555555555">
  <Package InstallerVersion="200" Compressed="yes"/><Media Id="1" Cabinet="a.cab" EmbedCab="yes"/>
  <Directory Id="TARGETDIR" Name="SourceDir"><Directory Id="D" Name="${folder}">
    <Component Id="C" Guid="11111111-2222-3333-4444-666666666666">
      <File Id="F" Name="${file}" Source="tool.bin" KeyPath="yes"/></Component>
  </Directory></Directory>
  <Feature Id="All" Level="1"><ComponentRef Id="C"/></Feature></Product></Wix>`;

test('HOTFIX-13, HOTFIX-14: hotfix extract takes MSIs apart by name, pattern, id and language, with the same bytes', {
  skip: noMsi,
}, async (t) => {
  const { home, run, json } = await createCli(t);
  const tool = program([4, 0, 6487, 2111]);
  await writeFile(join(home, 'tool.bin'), tool);
  const make = async (name: string, text: string) => {
    await writeFile(join(home, 'a.wxs'), text);
    assert.equal(spawnSync('wixl', ['-o', name, 'a.wxs'], { cwd: home, stdio: 'ignore' }).status, 0);
  };
  for (const language of ['ENU', 'JPN'])
    await make(`SCCM2007-SP2-KB977203-${language}.msi`, source('KB977203'));
  const at = { cwd: home };
  type Content = { files: { path: string; sha256: string }[]; properties: Record<string, string> };
  const sha256 = createHash('sha256').update(tool).digest('hex');
  const first: Content = await json(
    ['hotfix', 'extract', 'SCCM2007-SP2-KB977203-ENU.msi', '--to', 'by name'],
    at,
  );
  const second: Content = await json(
    ['hotfix', 'extract', '977203', '--language', 'jpn', '--to', 'by-id'],
    at,
  );
  const third: Content = await json([
    'hotfix',
    'extract',
    `${home}/SCCM2007-*-ENU.ms?`,
    '--to',
    join(home, 'by pattern'),
  ]);
  for (const { files, properties } of [first, second, third]) {
    assert.deepEqual(files, [{ path: 'KB977203/Ccmcertfix.exe', sizeBytes: tool.length, sha256 }]);
    assert.deepEqual([properties.ProductName, properties.ProductVersion], ['Hotfix', '4.0.6487.2111']);
  }
  assert.deepEqual(await readFile(join(home, 'by-id/KB977203/Ccmcertfix.exe')), tool);
  const checked = (level: string) =>
    run(['--json', 'hotfix', 'check', 'KB977203', '--level', level, '--folder', 'by-id'], at);
  const good = await checked('SP2');
  assert.deepEqual([good.code, JSON.parse(good.stdout).state], [0, 'compliant']);
  // A date is never compared (HOTFIX-15).
  await utimes(join(home, 'by-id/KB977203/Ccmcertfix.exe'), 0, 0);
  assert.equal((await checked('SP2')).code, 0);
  const wrong = await checked('SP1');
  assert.deepEqual([wrong.code, JSON.parse(wrong.stdout).state], [1, 'wrong-line']);
  const failures: readonly (readonly [string[], number, RegExp])[] = [
    [['977203', '--to', 'x'], 2, /Several MSIs of KB977203/],
    [['SCCM2007-*.msi', '--to', 'x'], 2, /Several MSIs of SCCM2007-\*\.msi lie here/],
    [['no-*.msi', '--to', 'x'], 1, /not-found/],
    [['977384', '--to', 'x'], 1, /not-found/],
    [['a.wxs', '--to', 'x'], 1, /msi-unreadable/],
    [['SCCM2007-SP2-KB977203-ENU.msi', '--to', 'by-id'], 1, /content-target-exists/],
  ];
  for (const [args, code, message] of failures) {
    const result = await run(['hotfix', 'extract', ...args], at);
    assert.equal(result.code, code, result.stderr);
    assert.match(result.stderr, message);
  }
  for (const [name, text] of [
    ['up.msi', source('Logs', '../../evil.exe')],
    ['back.msi', source('..\\..\\evil')],
  ] as const) {
    await make(name, text);
    const before = (await readdir(home)).sort();
    const refused = await run(['hotfix', 'extract', name, '--to', 'x/y'], at);
    assert.deepEqual([refused.code, /msi-path-refused/.test(refused.stderr)], [1, true], refused.stderr);
    assert.deepEqual((await readdir(home)).sort(), before);
  }
});

test('HOTFIX-11, HOTFIX-25, HOTFIX-30: place puts tool and client patch where a site server has them, keeps what is newer, and takes them back', {
  skip: noMsi,
}, async (t) => {
  const { home, run, json } = await createCli(t);
  const at = { cwd: home };
  await writeFile(join(home, 'tool.bin'), program([4, 0, 6487, 2111]));
  await writeFile(
    join(home, 'a.wxs'),
    source('KB977203')
      .replace(
        '</Component>',
        `</Component>
    <Component Id="P" Guid="11111111-2222-3333-4444-777777777777">
      <File Id="G" Name="SCCM2007AC-SP2-KB977203-x86.msp" Source="a.wxs" KeyPath="yes"/></Component>`,
      )
      .replace('</Feature>', '<ComponentRef Id="P"/></Feature>'),
  );
  const msi = 'SCCM2007-SP2-KB977203-ENU.msi';
  assert.equal(spawnSync('wixl', ['-o', msi, 'a.wxs'], { cwd: home, stdio: 'ignore' }).status, 0);
  const tool = 'site/Logs/KB977203/Ccmcertfix.exe';
  const patch = 'site/Client/i386/hotfix/KB977203/SCCM2007AC-SP2-KB977203-x86.msp';
  const acts = async (...args: string[]) => {
    const { files }: { files: { path: string; act: string }[] } = await json(['hotfix', ...args], at);
    return files.map(({ path, act }) => `${path.split('.').at(-1)} ${act}`).sort();
  };
  assert.deepEqual(await acts('place', msi, '--to', 'site'), ['exe placed', 'msp placed']);
  assert.deepEqual(await readFile(join(home, tool)), program([4, 0, 6487, 2111]));
  assert.match((await run(['hotfix', 'place', msi, '--to', 'site'], at)).stderr, /already-exists/);
  assert.equal((await readFile(join(home, patch))).length > 0, true);
  assert.deepEqual(await acts('take-back', '977203', '--from', 'site', '--keep-tools'), [
    'exe left',
    'msp removed',
  ]);
  assert.equal(existsSync(join(home, tool)), true);
  // A later fix has left a newer tool, and somebody an older one.
  const cases = [
    [4, 0, 6487, 2200, 'kept-newer', 'left'],
    [4, 0, 6487, 2000, 'replaced', 'restored'],
  ] as const;
  for (const [a, b, c, d, placed, back] of cases) {
    const other = program([a, b, c, d]);
    await writeFile(join(home, tool), other);
    assert.deepEqual(await acts('place', msi, '--to', 'site'), [`exe ${placed}`, 'msp placed']);
    assert.deepEqual(await acts('take-back', 'KB977203', '--from', 'site'), [`exe ${back}`, 'msp removed']);
    assert.deepEqual(await readFile(join(home, tool)), other);
  }
  assert.deepEqual(await readdir(join(home, 'site/Logs/KB977203')), ['Ccmcertfix.exe']);
  assert.equal((await run(['hotfix', 'take-back', 'KB977203', '--from', 'site'], at)).code, 1);
});

test('HOTFIX-06: hotfix check refuses KB977203 once KB977384 is installed, and names what that one does not carry', async (t) => {
  const { run } = await createCli(t);
  const check = (...args: string[]) => run(['hotfix', 'check', 'KB977203', '--level', 'SP2', ...args]);
  assert.equal((await check()).code, 0);
  const refused = await check('--installed', '977384');
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /KB977203 is superseded by KB977384, which is installed: not applicable/);
  assert.match(refused.stdout, /Not carried over +Ccmcertfix\.exe/);
  assert.equal((await run(['hotfix', 'check', '997384'])).code, 1);
});

test('HOTFIX-01, HOTFIX-03: hotfix show has all that is known, and times of the place', async (t) => {
  const { run, json } = await createCli(t);
  const known: Record<string, unknown> = await json(['hotfix', 'show', '977203', '--level', 'SP2']);
  assert.deepEqual([known.id, known.needsRestart, known.replaces], ['KB977203', false, []]);
  for (const field of ['title', 'symptom', 'cause', 'resolution'] as const)
    assert.ok(String(known[field]).length > 20, field);
  assert.deepEqual([known.supersededBy, known.requires], [['KB977384'], ['SP1', 'SP2']]);
  assert.equal((known.files as unknown[]).length, 13);
  const { stdout } = await run(['hotfix', 'show', 'KB977203', '--level', 'SP2'], {
    env: { TZ: 'Asia/Tokyo' },
  });
  assert.match(stdout, /Ccmsetup\.exe .*2010-01-25 15:27:00/);
  assert.match(stdout, /Ccmsetup-sup\.cab .*2009 年 12 月 10 日.*unreadable/);
});

test('HOTFIX-15: a time of a table is shown as the place has it, summer time included', (t) => {
  const before = process.env.TZ;
  atEnd(t, () => {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  });
  const cases = [
    ['Asia/Tokyo', '2010-01-25T06:27:00Z', '2010-01-25 15:27:00'],
    ['America/New_York', '2010-01-25T06:27:00Z', '2010-01-25 01:27:00'],
    ['America/New_York', '2010-07-25T06:27:00Z', '2010-07-25 02:27:00'],
    ['Australia/Sydney', '2008-12-01T01:40:00Z', '2008-12-01 12:40:00'],
    ['Australia/Brisbane', '2008-12-01T01:40:00Z', '2008-12-01 11:40:00'],
  ] as const;
  for (const [zone, writtenAt, wanted] of cases) {
    process.env.TZ = zone;
    assert.ok(writtenText({ writtenAt }).startsWith(wanted), `${zone}: ${writtenText({ writtenAt })}`);
  }
});

test('HOTFIX-10: a hotfix is a download or to be asked for, in languages', () => {
  const languages = ['ENU', 'JPN'];
  assert.equal(acquisitionText({ acquisition: 'downloadable', languages }), 'download, ENU, JPN');
  assert.equal(
    acquisitionText({ acquisition: 'by-request', languages }),
    'by request to the support, ENU, JPN',
  );
});

test('HOTFIX-09: hotfix plan names the phase, and ends with 0 only when all is done', async (t) => {
  const { home, run } = await createCli(t);
  const plan = async (installed: string[], badCertificates: number | null) => {
    const clients = [{ name: 'pc-17', site: 'TK1', level: 'SP2', installed, badCertificates }];
    const fleet = { sites: [{ code: 'TK1', level: 'SP2', installed: ['KB977203'] }], clients };
    await writeFile(join(home, 'fleet.json'), JSON.stringify(fleet));
    const result = await run(['--json', 'hotfix', 'plan', '977203', '--fleet', 'fleet.json'], { cwd: home });
    return [result.code, JSON.parse(result.stdout).phase];
  };
  assert.deepEqual(await plan([], null), [1, 'clients']);
  assert.deepEqual(await plan(['977203'], 2), [1, 'certificates']);
  assert.deepEqual(await plan(['977203'], 0), [0, null]);
  for (const bad of ['{', '{"sites":[],"clients":[{"name":"a"}]}']) {
    await writeFile(join(home, 'fleet.json'), bad);
    const refused = await run(['hotfix', 'plan', '977203', '--fleet', 'fleet.json'], { cwd: home });
    assert.deepEqual([refused.code, /file-unreadable/.test(refused.stderr)], [2, true], bad);
  }
});
