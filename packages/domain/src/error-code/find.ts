import { type ErrorCodeEntry, errorCodes } from './catalogue.ts';

/** ERROR_ codes are also met as HRESULTs of FACILITY_WIN32: 0x80070643 is 1603. */
const win32Facility = 0x8007_0000;

/**
 * The code as logs write it: `0x80092024`, `80092024`, `-2146885596`, `2148081700`, `1603`, or its name.
 * @returns unsigned 32 bits; undefined: it is none
 */
export function parseErrorCode(text: string): number | undefined {
  const word = text.trim().replace(/^\(|\)$/g, '');
  const named = errorCodes.find(({ name }) => name === word.toUpperCase());
  if (named) return named.code;
  if (/^0x[0-9a-f]{1,8}$/i.test(word)) return Number(word);
  // Eight digits from 8 on, or with a letter: nobody writes an HRESULT in any other way without its prefix.
  if (/^[89a-f][0-9a-f]{7}$/i.test(word)) return Number.parseInt(word, 16);
  if (!/^-?\d{1,10}$/.test(word)) return undefined;
  const value = Number(word);
  return value >= -0x8000_0000 && value <= 0xffff_ffff ? value >>> 0 : undefined;
}

/** What is known of a code; undefined: nothing. */
export function findErrorCode(text: string): ErrorCodeEntry | undefined {
  const code = parseErrorCode(text);
  if (code === undefined) return undefined;
  const plain = (code & 0xffff_0000) >>> 0 === win32Facility ? code & 0xffff : undefined;
  const isIt = (each: ErrorCodeEntry) => each.code === code || each.code === plain;
  return errorCodes.find(isIt) ?? errorCodes.find((each) => each.code === (win32Facility | code) >>> 0);
}

/** As Windows writes it: HRESULTs in hex, exit codes in decimal. */
export function errorCodeText(code: number): string {
  return code > 0xffff ? `0x${code.toString(16).toUpperCase().padStart(8, '0')}` : String(code);
}
