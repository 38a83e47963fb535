import { execFile } from 'node:child_process';
import { copyFile, mkdir, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { guidOf, mspCodeOf } from '@tenkai/protocol/agent/installer-guid.ts';
import { type CompoundFolder, compoundFile } from './compound-file.ts';
import {
  type Cell,
  databaseTables,
  Strings,
  streamName,
  summary,
  summaryName,
  type TransformRow,
  transformRows,
} from './installer-tables.ts';
import { idOf, type MsiFile } from './source.ts';

const run = promisify(execFile);
const limitMs = 5 * 60_000;
const classes = {
  patch: '86100c0000000000c000000000000046',
  transform: '82100c0000000000c000000000000046',
} as const;
/** Of the file's attributes: a patch has brought it. */
const patchAdded = 0x1000;
const diskId = 2;
const sameTime = new Date('2000-01-01T00:00:00');
/** MSITRANSFORM_VALIDATE_PRODUCT and _UPGRADECODE. */
const validated = 0x0802_0000;

export interface MspContent {
  /** Such as TK1001. */
  readonly id: string;
  /** Latin letters: the database of a patch has no others. */
  readonly title: string;
  /** That the programs say; of two patches for the same package, the later one takes the place of the earlier. */
  readonly version: string;
  /** The package that it is for: this very version, and no other. */
  readonly msi: string;
  /** What takes the place of files that the package has, by their paths in it. */
  readonly files: readonly MsiFile[];
}

/**
 * Makes a patch for the agent's package: whole files in a cabinet, and the transforms that bring them in. Version and
 * code of the product stay; the programs say their own version.
 * @throws Error with the words of a tool, or where the package has no such file
 */
export async function makeMsp(content: MspContent, work: string, out: string): Promise<MadeMsp> {
  const { msi, files, id, title } = content;
  if (/[^\x20-\xff]/.test(title)) throw new Error(`Latin letters only: ${title}`);
  const base = await readRows(msi, 'File');
  const unknown = files.find(({ path }) => !base.some(({ File }) => File === idOf(path)));
  if (unknown) throw new Error(`${basename(msi)} has no file ${unknown.path}`);
  const cabinet = await makeCabinet(files, work);
  const properties = await readRows(msi, 'Property');
  const property = (name: string) => properties.find(({ Property }) => Property === name)?.Value ?? '';
  const product = property('ProductCode');
  const version = `${product}${property('ProductVersion')}`;
  const code = mspCodeOf(id, product);
  const about = {
    2: 'Transform',
    7: template,
    8: template,
    // It stays the same version.
    9: `${version};${version};${property('UpgradeCode')}`,
    14: 500,
    16: validated,
  };
  const patch = compoundFile({
    classId: classes.patch,
    entries: {
      [summaryName]: summary({ 2: title, 7: product, 8: ':T1;:#T1', 9: code, 15: 1 }),
      ...patchTables(content),
      [streamName(cabinetName(id), false)]: cabinet.bytes,
      T1: transform(about, changedRows(cabinet.files)),
      '#T1': transform(about, broughtRows(id, code, cabinet.files, base)),
    },
  });
  await writeFile(out, patch);
  return { product, code, bytes: patch };
}

export interface MadeMsp {
  /** ProductCode of the package that it is for. */
  readonly product: string;
  /** Its own. */
  readonly code: string;
  readonly bytes: Buffer;
}

/** Bits of a column's type: text that is a key, a key that may be empty, a text, a number of two bytes. */
const [keyText, optionalKey, anyText, localText, number] = [0x2d00, 0x3d00, 0x0d00, 0x0f00, 0x1502] as const;

/** What Windows Installer has to know of the patch itself: it may be taken back, and which of two comes later. */
function patchTables({ id, title, version }: MspContent) {
  const said = {
    AllowRemoval: '1',
    Classification: 'Hotfix',
    Description: title,
    DisplayName: `${id}: ${title}`,
    ManufacturerName: 'Tenkai',
    TargetProductName: 'Tenkai Agent',
  };
  const strings = new Strings();
  const tables = databaseTables(strings, {
    MsiPatchMetadata: {
      columns: { Company: optionalKey | 72, Property: keyText | 72, Value: localText },
      rows: Object.entries(said).map(([name, value]) => ['', name, value]),
    },
    MsiPatchSequence: {
      columns: {
        PatchFamily: keyText | 72,
        ProductCode: optionalKey | 38,
        Sequence: anyText | 72,
        Attributes: number,
      },
      rows: [['TenkaiAgent', '', version, { short: supersedesEarlier }]],
    },
  });
  return { ...tables, ...strings.streams() };
}

/** msidbPatchSequenceSupersedeEarlier: each patch brings all programs whole. */
const supersedesEarlier = 1;

const template = 'x64;1033';
const cabinetName = (id: string) => `${id}.cab`;
type Tables = Readonly<Record<string, readonly TransformRow[]>>;

/** What becomes of the package: other sizes, other hashes. */
const changedRows = (files: readonly CabinetFile[]): Tables => ({
  File: files.map(({ id, sizeBytes }) => ({ changes: [3], cells: [id, { long: sizeBytes }] })),
  MsiFileHash: files.map(({ id, hash }) => ({ changes: [2, 3, 4, 5], cells: [id, ...hash] })),
});

/** Where the patch itself lies: its medium, behind that of the package, and the places of its files there. */
function broughtRows(
  id: string,
  code: string,
  files: readonly CabinetFile[],
  base: readonly Record<string, string>[],
): Tables {
  const last = Math.max(...base.map(({ Sequence }) => Number(Sequence)));
  const placed = files.map((file, at): TransformRow => {
    const attributes = Number(base.find(({ File }) => File === file.id)?.Attributes ?? 0);
    return { changes: [6, 7], cells: [file.id, { short: attributes | patchAdded }, { long: last + at + 1 }] };
  });
  const medium = { long: last + files.length };
  return {
    _Tables: [{ cells: ['PatchPackage'] }],
    // The types of the columns: a key of 38 characters, a number of two bytes.
    _Columns: [
      { cells: ['PatchPackage', { short: 1 }, 'PatchId', { short: 0x2d26 }] },
      { cells: ['PatchPackage', { short: 2 }, 'Media_', { short: 0x0502 }] },
    ],
    PatchPackage: [{ cells: [code, { short: diskId }] }],
    Media: [{ cells: [{ short: diskId }, medium, '', `#${cabinetName(id)}`, '', `MSPSRC${id}`] }],
    File: placed,
  };
}

function transform(about: Readonly<Record<number, string | number>>, tables: Tables): CompoundFolder {
  const strings = new Strings();
  const rows = Object.entries(tables).map(
    ([name, each]) => [streamName(name, true), transformRows(strings, each)] as const,
  );
  const entries = { [summaryName]: summary(about), ...Object.fromEntries(rows), ...strings.streams() };
  return { classId: classes.transform, entries };
}

interface CabinetFile {
  readonly id: string;
  readonly sizeBytes: number;
  readonly hash: readonly Cell[];
}

/** wixl(1) makes the cabinet, as part of a package of these files alone. */
async function makeCabinet(files: readonly MsiFile[], work: string) {
  const folder = join(work, 'cabinet');
  await mkdir(folder, { recursive: true });
  const components = await Promise.all(
    files.map(async ({ path, source }, at) => {
      await copyFile(source, join(folder, `${at}`));
      // The cabinet holds it: the same content gives the same patch.
      await utimes(join(folder, `${at}`), sameTime, sameTime);
      const file = `<File Id="${idOf(path)}" Name="${basename(path)}" Source="${at}" KeyPath="yes"/>`;
      return `<Component Id="C${at}" Guid="${guidOf(`cabinet ${path}`)}" Win64="yes">${file}</Component>`;
    }),
  );
  const references = components.map((_, at) => `<ComponentRef Id="C${at}"/>`).join('');
  await writeFile(
    join(folder, 'files.wxs'),
    `<?xml version="1.0" encoding="utf-8"?>
<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi"><Product Id="${guidOf('cabinet')}" Name="Files" Language="1033"
Version="1.0.0" Manufacturer="Tenkai" UpgradeCode="${guidOf('cabinet upgrade')}"><Package InstallerVersion="500" Compressed="yes"/>
<Media Id="1" Cabinet="files.cab" EmbedCab="yes"/><Directory Id="TARGETDIR" Name="SourceDir">${components.join('')}</Directory>
<Feature Id="All" Level="1">${references}</Feature></Product></Wix>`,
  );
  const msi = join(folder, 'files.msi');
  await run('wixl', ['--arch', 'x64', '--output', msi, 'files.wxs'], { timeout: limitMs, cwd: folder });
  const options = { timeout: limitMs, encoding: 'buffer', maxBuffer: 2 ** 26 } as const;
  const { stdout: bytes } = await run('msiinfo', ['extract', msi, 'files.cab'], options);
  const hashes = await readRows(msi, 'MsiFileHash');
  const rows = (await readRows(msi, 'File')).toSorted((a, b) => Number(a.Sequence) - Number(b.Sequence));
  const inOrder = rows.map(({ File: id = '', FileSize }): CabinetFile => {
    const parts = hashes.find(({ File_ }) => File_ === id);
    const hash = [1, 2, 3, 4].map((part) => ({ long: Number(parts?.[`HashPart${part}`] ?? 0) }));
    return { id, sizeBytes: Number(FileSize), hash };
  });
  return { bytes, files: inOrder };
}

/** Rows of a table by the names of their columns. */
async function readRows(msi: string, table: string): Promise<Record<string, string>[]> {
  const { stdout } = await run('msiinfo', ['export', msi, table], { timeout: limitMs, maxBuffer: 2 ** 26 });
  const [head = '', , , ...lines] = stdout.split(/\r?\n/);
  const names = head.split('\t');
  return lines
    .filter((line) => line !== '')
    .map((line) => Object.fromEntries(line.split('\t').map((value, at) => [names[at] ?? '', value])));
}
