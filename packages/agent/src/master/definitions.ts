/** Definitions of ClamAV in a reference machine: taken from files, without a network (MASTER-26..28). */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readSync,
  renameSync,
  statSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import {
  cvdHeaderBytes,
  type DefinitionPackage,
  definitionKind,
  ownEndings,
  parseCvdHeader,
} from '@tenkai/domain/master/index.ts';
import { makeFolder, readIfThere, removeIfThere } from '../durable-file.ts';
import type { Paths } from '../platform/platform.ts';
import { type CheckedSignature, type CheckTools, checkDefinition, invalid } from './definition-checks.ts';
import { placesOf } from './places.ts';

const folder = '/var/lib/clamav';

export interface ImportedDefinition extends DefinitionPackage {
  readonly file: string;
  readonly signature: CheckedSignature;
}

interface Digests {
  readonly header: string;
  readonly sha256: string;
  /** Of what follows the header. */
  readonly md5: string;
}

const pieceBytes = 1024 * 1024;

function digest(file: string): Digests {
  const handle = openSync(file, 'r');
  const [sha256, md5] = [createHash('sha256'), createHash('md5')];
  const piece = Buffer.alloc(pieceBytes);
  let header = '';
  try {
    for (let offset = 0; ; ) {
      const length = readSync(handle, piece, 0, offset === 0 ? cvdHeaderBytes : pieceBytes, null);
      if (length === 0) break;
      sha256.update(piece.subarray(0, length));
      if (offset === 0) header = piece.toString('latin1', 0, length);
      else md5.update(piece.subarray(0, length));
      offset += length;
    }
  } finally {
    closeSync(handle);
  }
  return { header, sha256: sha256.digest('hex'), md5: md5.digest('hex') };
}

/** @throws Failure master-definitions-invalid */
function readDefinition(file: string): DefinitionPackage {
  const kind = definitionKind(basename(file));
  if (kind === undefined)
    throw invalid(
      file,
      `the name is none of main.cvd, daily.cvd, bytecode.cvd, *.${ownEndings.join(', *.')}`,
    );
  const { header, sha256, md5 } = digest(file);
  // A text without a header: its name and its date are all that tells one from another.
  if (kind === 'clamav-own')
    return {
      kind,
      version: basename(file),
      builtAt: statSync(file).mtime.toISOString(),
      architecture: null,
      sha256,
    };
  const parsed = parseCvdHeader(header);
  if (parsed === undefined) throw invalid(file, 'there is no header of a ClamAV database');
  // One that ClamAV itself has updated is not the signed file any more, and its header says nothing about it.
  if (file.endsWith('.cvd') && parsed.md5 !== md5)
    throw invalid(file, `its MD5 is ${md5}, the header says ${parsed.md5}`);
  const builtAt = new Date(parsed.builtAt).toISOString();
  return { kind, version: parsed.version, builtAt, architecture: null, sha256 };
}

/** Sound ones that are in place. */
export function presentDefinitions(paths: Paths): DefinitionPackage[] {
  const places = ['cvd', 'cld', ...ownEndings].flatMap((ending) => placesOf(paths, `${folder}/*.${ending}`));
  return places.flatMap((place) => {
    try {
      return [readDefinition(paths.real(place))];
    } catch {
      return [];
    }
  });
}

/**
 * Checks all files, then puts them where ClamAV looks for them.
 * @param sums `SHA256SUMS` that came with them by another way; each file must stand in it where it is given
 * @throws Failure master-definitions-invalid, with nothing changed
 */
export async function importDefinitions(
  paths: Paths,
  files: readonly string[],
  { sums, ...tools }: { readonly sums?: string | undefined } & CheckTools = {},
): Promise<ImportedDefinition[]> {
  const expected = sums === undefined ? undefined : readSums(sums);
  const checked: ImportedDefinition[] = [];
  for (const file of files) {
    if (!existsSync(file) || file.endsWith('.cld'))
      throw invalid(file, 'there is no such file, or no original');
    const definition = readDefinition(file);
    if (!expected && definition.kind === 'clamav-own')
      throw invalid(file, 'the signatures of a site are not signed by anybody: their --sums are needed');
    if (expected && expected.get(basename(file)) !== definition.sha256)
      throw invalid(file, `its SHA-256 is ${definition.sha256}, not the one of ${sums}`);
    checked.push({ file, ...definition, signature: await checkDefinition(definition.kind, file, tools) });
  }
  for (const { file } of checked) place(paths, file);
  return checked;
}

function readSums(file: string): Map<string, string> {
  const lines = (readIfThere(file) ?? '').matchAll(/^([\da-f]{64}) [ *](.+)$/gim);
  return new Map([...lines].map(([, sum = '', name = '']) => [basename(name), sum.toLowerCase()]));
}

/** As a whole or not at all, with the owner of the folder; one that ClamAV had updated gives way. */
function place(paths: Paths, file: string): void {
  const target = paths.real(folder);
  makeFolder(target, 0o755);
  const { uid, gid } = statSync(target);
  const name = basename(file);
  const half = join(target, `.${name}.new`);
  copyFileSync(file, half);
  chownSync(half, uid, gid);
  chmodSync(half, 0o644);
  renameSync(half, join(target, name));
  if (name.endsWith('.cvd')) removeIfThere(join(target, name.replace(/\.cvd$/, '.cld')));
}
