/** How packages and patches for Windows are made. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { mspCodeOf } from '@tenkai/protocol/agent/installer-guid.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { noAgentMsi, shippedMsi } from '@tenkai/testkit/paths/windows/shipped-msi.ts';
import { compoundFile } from './compound-file.ts';
import { Strings, streamName, summary, summaryName } from './installer-tables.ts';
import { makeMsi } from './make-msi.ts';
import { makeMsp } from './make-msp.ts';
import { limitMs, propertyOf, root, run, version } from './msi-for-test.ts';
import { isProductVersion } from './product.ts';
import { idOf } from './source.ts';

describe('tenkai-agent for Windows', { skip: noAgentMsi }, () => {
  let msi: string;
  before(async () => {
    msi = await shippedMsi(version);
  });
  const property = (name: string) => propertyOf(msi, name);

  test('a patch is for this package alone, and brings whole files behind those that it has', async (t) => {
    const work = mkdtempSync(join(tmpdir(), 'tenkai-msp-test-'));
    atEnd(t, () => rmSync(work, { recursive: true, force: true }));
    const source = join(work, 'new.mjs');
    writeFileSync(source, '// engine 98.7.7\n');
    const content = { id: 'TK1001', title: 'A cure', version: '98.7.7', msi };
    const make = (path: string, title = 'A cure') =>
      makeMsp({ ...content, title, files: [{ path, source }] }, work, join(work, 'a.msp'));
    await assert.rejects(make('engine.mjs', '治療'), /Latin letters only/);
    await assert.rejects(make('none.mjs'), /has no file none\.mjs/);
    const { product, code, bytes } = await make('engine.mjs');
    assert.deepEqual([product, code], [property('ProductCode'), mspCodeOf('TK1001', product)]);
    const msp = join(work, 'a.msp');
    assert.deepEqual(readFileSync(msp), bytes);
    const about = run('msiinfo', 'suminfo', msp);
    assert.match(about, new RegExp(`^Template: \\${property('ProductCode')}$`, 'm'));
    assert.match(about, /^Last author: :T1;:#T1$/m);
    assert.match(run('msiinfo', 'streams', msp), /^TK1001\.cab$/m);
    const rows = (table: string) =>
      run('msiinfo', 'export', msp, table)
        .split(/\r?\n/)
        .filter((line) => line !== '');
    assert.deepEqual(rows('MsiPatchMetadata'), [
      'Company\tProperty\tValue',
      'S72\ts72\tl0',
      'MsiPatchMetadata\tCompany\tProperty',
      ...['\tAllowRemoval\t1', '\tClassification\tHotfix', '\tDescription\tA cure'],
      ...['\tDisplayName\tTK1001: A cure', '\tManufacturerName\tTenkai', '\tTargetProductName\tTenkai Agent'],
    ]);
    assert.deepEqual(rows('MsiPatchSequence'), [
      'PatchFamily\tProductCode\tSequence\tAttributes',
      's72\tS38\ts72\tI2',
      'MsiPatchSequence\tPatchFamily\tProductCode',
      'TenkaiAgent\t\t98.7.7\t1',
    ]);
    const cabinet = execFileSync('msiinfo', ['extract', msp, 'TK1001.cab'], { timeout: limitMs });
    assert.equal(cabinet.subarray(0, 4).toString('latin1'), 'MSCF');
    assert.ok(cabinet.includes(`${idOf('engine.mjs')}\0`), 'under the name of the file that it replaces');
  });

  test('a compound file holds small and large streams, in order of their names', (t) => {
    const file = join(mkdtempSync(join(tmpdir(), 'tenkai-cfb-test-')), 'a');
    atEnd(t, () => rmSync(join(file, '..'), { recursive: true, force: true }));
    const sizes = [0, 1, 63, 64, 65, 4095, 4096, 4097, 70_000];
    const streams = Object.fromEntries(sizes.map((size) => [`S${size}`, randomBytes(size)]));
    const named = Object.entries(streams).map(([name, bytes]) => [streamName(name, false), bytes] as const);
    const database = { [summaryName]: summary({ 2: 'Streams' }), ...new Strings().streams() };
    const classId = '84100c0000000000c000000000000046';
    writeFileSync(file, compoundFile({ classId, entries: { ...database, ...Object.fromEntries(named) } }));
    for (const size of sizes.slice(1)) {
      const read = execFileSync('msiinfo', ['extract', file, `S${size}`], { timeout: limitMs });
      assert.deepEqual(read, streams[`S${size}`], String(size));
    }
    assert.throws(() => compoundFile({ classId, entries: { a: Buffer.alloc(8e6) } }), RangeError);
  });

  test('the same content gives the same package code, another content another one', async (t) => {
    const work = mkdtempSync(join(tmpdir(), 'tenkai-msi-test-'));
    atEnd(t, () => rmSync(work, { recursive: true, force: true }));
    const codeOf = async (turn: string, text: string) => {
      const at = join(work, turn);
      mkdirSync(at);
      const put = (name: string) => {
        writeFileSync(join(at, name), text);
        return join(at, name);
      };
      const files = ['node.exe', 'tenkai-agent.mjs', 'tenkai-service.exe'].map((path) => ({
        path,
        source: put(path),
      }));
      const library = put('properties.dll');
      const content = {
        version,
        files,
        serviceFile: 'tenkai-service.exe',
        serviceProgram: library,
        propertiesLibrary: library,
      };
      const made = await makeMsi(content, at, join(at, 'out'));
      return /^Revision number.*$/m.exec(run('msiinfo', 'suminfo', made))?.[0];
    };
    const first = await codeOf('1', 'one');
    assert.ok(first?.includes('{'));
    assert.equal(await codeOf('2', 'one'), first);
    assert.notEqual(await codeOf('3', 'other'), first);
  });
});

test('a version that Windows Installer could not tell from another one is refused', () => {
  for (const good of ['0.1.0', '255.255.65535', '1.2.3']) assert.ok(isProductVersion(good), good);
  for (const bad of ['1.2', '1.2.3.4', '256.0.0', '1.2.65536', '1.2.3~rc1', '', 'a.b.c'])
    assert.ok(!isProductVersion(bad), bad);
  const refused = spawnSync(
    process.execPath,
    [join(root, 'scripts/package-msi.ts'), '--version', '1.2.3~rc1'],
    {
      encoding: 'utf8',
      timeout: limitMs,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  assert.equal(refused.status, 2, refused.stderr);
  assert.match(refused.stderr, /1\.2\.3~rc1 is no version/);
});
