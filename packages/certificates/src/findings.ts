/** What can be wrong with a certificate, its name, its key or its file. */
export const findingTable = {
  // The defect of KB977203 and its kin: certfix repairs them.
  'name-nul': entry(
    'repaired',
    0x80092024,
    'the friendly name holds a NUL',
    'フレンドリ名に NULL 文字があります',
  ),
  'name-control': entry(
    'repaired',
    0x80092024,
    'the friendly name holds control characters',
    'フレンドリ名に制御文字があります',
  ),
  'name-odd-length': entry(
    'repaired',
    0x80092024,
    'the friendly name ends within a character',
    'フレンドリ名が文字の途中で終わっています',
  ),
  'name-too-long': entry(
    'repaired',
    null,
    'the friendly name is longer than 255 characters',
    'フレンドリ名が 255 文字を超えています',
  ),
  'name-wrong-type': entry(
    'repaired',
    0x80092024,
    'the friendly name is no BMPString',
    'フレンドリ名が BMPString ではありません',
  ),
  'name-empty': entry('repaired', null, 'the friendly name is empty', 'フレンドリ名が空です'),
  'name-repeated': entry('repaired', null, 'there are several friendly names', 'フレンドリ名が複数あります'),
  'name-terminator': entry(
    'repaired',
    null,
    'the friendly name does not end with exactly one terminator',
    'フレンドリ名の終端が正しくありません',
  ),
  'trailing-bytes': entry(
    'repaired',
    0x80093101,
    'bytes follow the end of the certificate',
    '証明書の後ろに余分なバイトがあります',
  ),
  'text-control': entry(
    'repaired',
    null,
    'control characters stand between the lines of the file',
    'ファイルに制御文字があります',
  ),
  // Signed or lost: nobody but the issuer can repair these.
  'file-broken': entry('left', 0x80093101, 'the file is damaged', 'ファイルが壊れています'),
  'file-unreadable': entry('left', null, 'it cannot be read or written', '読み書きできません'),
  'certificate-broken': entry('left', 0x80093101, 'the certificate is damaged', '証明書が壊れています'),
  'certificate-not-der': entry(
    'left',
    0x80093101,
    'the certificate is not encoded as DER',
    '証明書が DER で符号化されていません',
  ),
  'subject-nul': entry(
    'left',
    0x80092024,
    'a signed name in the certificate holds a NUL',
    '署名された名前に NULL 文字があります',
  ),
  'subject-characters': entry(
    'left',
    0x80092023,
    'a signed name has characters that its string type does not allow',
    '署名された名前に使えない文字があります',
  ),
  'key-broken': entry('left', 0x8009000d, 'the private key is damaged', '秘密鍵が壊れています'),
  'key-unmatched': entry(
    'left',
    0x8009000d,
    'the private key belongs to none of the certificates',
    '秘密鍵がどの証明書にも対応していません',
  ),
  'password-needed': entry('left', 0x80070056, 'a password is needed', 'パスワードが必要です'),
  'algorithm-unknown': entry(
    'left',
    0x80090008,
    'the encryption is not supported',
    '暗号方式に対応していません',
  ),
  'disk-full': entry(
    'left',
    null,
    'there is no room on its disk; nothing was changed',
    'ディスクに空きがありません。変更はありません',
  ),
  'format-unknown': entry('left', null, 'this is no PFX, PEM or DER', 'PFX、PEM、DER のいずれでもありません'),
  'too-large': entry('left', null, 'the file is too large', 'ファイルが大きすぎます'),
  'repair-failed': entry(
    'left',
    null,
    'the repair did not hold; nothing was changed',
    '修復できませんでした。変更はありません',
  ),
  // Worth saying, nothing to repair.
  'key-locked': entry(
    'note',
    null,
    'the private key has a password of its own and was not looked at',
    '秘密鍵にパスワードがあり、確認していません',
  ),
  'certificate-expired': entry(
    'note',
    0x800b0101,
    'the certificate has expired',
    '証明書の期限が切れています',
  ),
  'certificate-ending': entry(
    'note',
    null,
    'the certificate expires within 30 days',
    '証明書の期限が 30 日以内に切れます',
  ),
  'certificate-early': entry(
    'note',
    0x800b0101,
    'the certificate is not valid yet; check the clock',
    '証明書はまだ有効ではありません。時計を確認してください',
  ),
} as const;

export type FindingCode = keyof typeof findingTable;

/** `repaired`: certfix does it; `left`: nobody can here; `note`: in order as far as certfix goes. */
export type FindingWeight = 'repaired' | 'left' | 'note';

interface FindingEntry {
  readonly weight: FindingWeight;
  /** With which a strict importer of Windows refuses it (IDENT-10, IDENT-12); null: it does not. */
  readonly importError: number | null;
  readonly en: string;
  readonly ja: string;
}

function entry(weight: FindingWeight, importError: number | null, en: string, ja: string): FindingEntry {
  return { weight, importError, en, ja };
}

/** One thing that is wrong with one entry of a store. */
export interface Finding {
  readonly code: FindingCode;
  /** Which one, and what was found, with everything unprintable escaped; may be empty. */
  readonly detail: string;
}

export function finding(code: FindingCode, detail = ''): Finding {
  return { code, detail: cut(escaped(detail)) };
}

export const weightOf = ({ code }: Finding): FindingWeight => findingTable[code].weight;

/**
 * How a strict importer (Windows since MS09-056) answers: 0 takes it, anything else is the code of its refusal. A
 * lax one takes whatever can be decoded. Source: IDENT-10.
 */
export function strictImportError(findings: readonly Finding[]): number {
  for (const { code } of findings) {
    const { importError, weight } = findingTable[code];
    if (importError !== null && weight !== 'note') return importError;
  }
  return 0;
}

/** For tables and logs: no character that moves a cursor or ends a line. */
export function escaped(text: string): string {
  const unsafe = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Cs}]/gu;
  return text.replace(unsafe, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

const shown = 300;
const cut = (text: string) => (text.length > shown ? `${text.slice(0, shown)}…` : text);
