import { oemTables } from './oem-tables.ts';

/** Code pages that Node knows by another name (WHATWG Encoding); `shift_jis` there is Windows' 932. */
const encodings: Readonly<Record<string, string>> = {
  866: 'ibm866',
  874: 'windows-874',
  932: 'shift_jis',
  936: 'gbk',
  949: 'euc-kr',
  950: 'big5',
  1258: 'windows-1258',
  65001: 'utf-8',
};

export type Decode = (bytes: Uint8Array) => string;

/**
 * What reads a code page of consoles.
 * @param page its number, as the registry has it; one that nobody knows is read as UTF-8
 */
export function decoderOfPage(page: string | undefined): Decode {
  const table = oemTables[page ?? ''];
  if (table) return (bytes) => Array.from(bytes, (byte) => charOf(table, byte)).join('');
  const decoder = new TextDecoder(encodings[page ?? ''] ?? 'utf-8');
  return (bytes) => decoder.decode(bytes);
}

function charOf(table: string, byte: number): string {
  return byte < 0x80 ? String.fromCharCode(byte) : (table[byte - 0x80] ?? '');
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * What programs print: line by line UTF-8 where it is that, else the code page of consoles, for several programs may
 * write into one output. No code page has a line feed inside of a character.
 */
export function decodeLines(bytes: Buffer, decode: Decode): string {
  const lines: string[] = [];
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(0x0a, from) + 1 || bytes.length;
    lines.push(decodeLine(bytes.subarray(from, end), decode));
    from = end;
  }
  return lines.join('');
}

function decodeLine(line: Buffer, decode: Decode): string {
  try {
    return strictUtf8.decode(line);
  } catch {
    return decode(line);
  }
}
