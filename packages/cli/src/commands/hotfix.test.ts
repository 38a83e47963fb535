/** The real command on real MSIs, which wixl makes here. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createCli } from '@tenkai/testkit/tenkai-cli.ts';

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

test('HOTFIX-14: hotfix extract takes MSIs apart by name, id and language, with the same bytes', {
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
  for (const { files, properties } of [first, second]) {
    assert.deepEqual(files, [{ path: 'KB977203/Ccmcertfix.exe', sizeBytes: tool.length, sha256 }]);
    assert.deepEqual([properties.ProductName, properties.ProductVersion], ['Hotfix', '4.0.6487.2111']);
  }
  assert.deepEqual(await readFile(join(home, 'by-id/KB977203/Ccmcertfix.exe')), tool);
  const checked = (level: string) =>
    run(['--json', 'hotfix', 'check', 'KB977203', '--level', level, '--folder', 'by-id'], at);
  const good = await checked('SP2');
  assert.deepEqual([good.code, JSON.parse(good.stdout).state], [0, 'compliant']);
  const wrong = await checked('SP1');
  assert.deepEqual([wrong.code, JSON.parse(wrong.stdout).state], [1, 'wrong-line']);
  const failures: readonly (readonly [string[], number, RegExp])[] = [
    [['977203', '--to', 'x'], 2, /Several MSIs of KB977203/],
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
