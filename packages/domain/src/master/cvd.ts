/** Header of ClamAV's signature databases: 512 bytes of text before the archive. */
import type { DefinitionKind } from './protection.ts';

export const cvdHeaderBytes = 512;

export interface CvdHeader {
  readonly version: string;
  /** Epoch milliseconds. */
  readonly builtAt: number;
  readonly signatures: number;
  /** MD5 of all that follows the header, hex; against damage, not against malice: for that there is the signature. */
  readonly md5: string;
  /** By the key of ClamAV's makers; only their own program can check it. */
  readonly signature: string;
  readonly builder: string;
}

/**
 * `ClamAV-VDB:time:version:signatures:level:md5:signature:builder:seconds`, filled up with blanks; the time writes
 * its colon as a hyphen, and the seconds are those of the epoch.
 * @param bytes the first 512 of the file, as Latin-1 text
 * @returns undefined where this is no such header
 */
export function parseCvdHeader(bytes: string): CvdHeader | undefined {
  const [magic, , version = '', signatures, , md5 = '', signature = '', builder = '', seconds = ''] = bytes
    .slice(0, cvdHeaderBytes)
    .trimEnd()
    .split(':');
  const isSound = magic === 'ClamAV-VDB' && bytes.length >= cvdHeaderBytes && /^\d{1,10}$/.test(seconds);
  if (!isSound || !/^\d{1,10}$/.test(version) || !/^[\da-f]{32}$/i.test(md5)) return undefined;
  return {
    version,
    builtAt: Number(seconds) * 1000,
    signatures: Number(signatures) || 0,
    md5: md5.toLowerCase(),
    signature,
    builder,
  };
}

const kinds: Readonly<Record<string, DefinitionKind>> = {
  main: 'clamav-main',
  daily: 'clamav-daily',
  bytecode: 'clamav-bytecode',
};

/** ClamAV loads these beside the makers' databases: signatures of bytes, of hashes, and logical ones. */
export const ownEndings = ['ndb', 'hdb', 'hsb', 'ldb'] as const;
const ownSignatures = new RegExp(`^\\w[\\w.-]*\\.(${ownEndings.join('|')})$`);

/** By the name under which ClamAV looks for it, `daily.cvd` or, after updates, `daily.cld`; undefined: another file. */
export function definitionKind(fileName: string): DefinitionKind | undefined {
  if (ownSignatures.test(fileName)) return 'clamav-own';
  const [, name = ''] = /^(\w+)\.c[vl]d$/.exec(fileName) ?? [];
  return Object.hasOwn(kinds, name) ? kinds[name] : undefined;
}
