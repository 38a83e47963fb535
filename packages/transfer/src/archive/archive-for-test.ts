/** Archives made byte by byte, so that they can lie, and a folder for real ones. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { crc32, deflateRawSync } from 'node:zlib';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { writeFiles } from '@tenkai/testkit/published-content.ts';
import { failureOf } from '../failure-for-test.ts';
import { expandArchive } from './archive.ts';

export async function home(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tenkai-archive-'));
  atEnd(t, () => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Expands these bytes and expects a refusal that leaves nothing behind. */
export async function assertRefused(
  t: TestContext,
  bytes: Uint8Array,
  code: string,
  detail = /.*/,
): Promise<void> {
  const folder = await home(t);
  const archive = join(folder, 'archive');
  await writeFile(archive, bytes);
  const failure = await failureOf(expandArchive({ archive, target: join(folder, 'sub/target') }));
  assert.equal(failure.code, code, failure.detail);
  assert.deepEqual((await readdir(folder, { recursive: true })).sort(), ['archive', 'sub']);
  assert.match(failure.detail, detail);
}

interface TarEntry {
  readonly name: string | Uint8Array;
  readonly type?: string;
  readonly content?: Uint8Array | string;
  readonly sizeBytes?: number;
  readonly mode?: number;
}

const octal = (value: number, length: number) => `${value.toString(8).padStart(length - 1, '0')}\0`;

function tarBlock(entry: TarEntry): Buffer {
  const content = Buffer.from(entry.content ?? '');
  const header = Buffer.alloc(512);
  Buffer.from(entry.name).copy(header, 0);
  header.write(octal(entry.mode ?? 0o644, 8), 100);
  header.write(octal(entry.sizeBytes ?? content.length, 12), 124);
  header.write(entry.type ?? '0', 156);
  header.write('ustar\x0000', 257);
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(octal(sum, 7), 148);
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

export const tar = (...entries: TarEntry[]) => Buffer.concat([...entries.map(tarBlock), Buffer.alloc(1024)]);

interface ZipEntry {
  readonly name: string | Uint8Array;
  readonly content?: Uint8Array | string;
  readonly flags?: number;
  /** st_mode; undefined: not made on Unix. */
  readonly mode?: number;
  readonly claimedSize?: number;
  readonly claimedCrc?: number;
}

/** A zip archive byte by byte (APPNOTE.TXT 4.3), so that it can lie. */
export function zip(...entries: ZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content = '', flags = 0x800, mode, claimedSize, claimedCrc } of entries) {
    const bytes = Buffer.from(content);
    const packed = deflateRawSync(bytes);
    const nameBytes = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(flags, 2);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(claimedCrc ?? crc32(bytes), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(claimedSize ?? bytes.length, 18);
    common.writeUInt16LE(nameBytes.length, 22);
    const local = Buffer.concat([Buffer.from('504b0304', 'hex'), common, nameBytes, packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(((mode ?? 0) << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    const madeBy = Buffer.from([20, mode === undefined ? 0 : 3]);
    directory.push(Buffer.concat([Buffer.from('504b0102', 'hex'), madeBy, common, tail, nameBytes]));
    locals.push(local);
    offset += local.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const end = Buffer.alloc(22);
  end.write('504b0506', 0, 'hex');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...directory, end]);
}

export async function makeSource(folder: string): Promise<string> {
  const source = join(folder, 'source');
  await writeFiles(source, {
    'app/bin/run.sh': '#!/bin/sh\n',
    'app/data.bin': 300_000,
    'app/empty': '',
    '更新/深い/説明.txt': '説明',
    [`app/${'long-name-'.repeat(9)}/${'x'.repeat(200)}.txt`]: 'long',
  });
  return source;
}
