/** How a text file was written, so that it is written the same way again. */
export interface TextFile {
  /** Lines end with LF here, whatever the file has. */
  readonly text: string;
  readonly encoding: 'utf-8' | 'utf-16le' | 'latin1';
  readonly newline: '\r\n' | '\n';
}

const editable = /\.(inf|ini|cfg|conf|txt|cmd|bat|ps1|vbs|sh|xml|reg)$/i;
const largestBytes = 1_048_576;
const beyondLatin1 = /[\u0100-\uffff]/;

/** Whether a file of this name and size can be edited in the browser (BCON-17). */
export function isEditable(path: string, sizeBytes: number): boolean {
  return editable.test(path) && sizeBytes <= largestBytes;
}

/** Bytes that are no UTF-8 come back as they were: each is one character up to U+00FF. */
export async function readText(file: Blob): Promise<TextFile> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const { text, encoding } = decode(bytes);
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  return { text: newline === '\r\n' ? text.replaceAll('\r\n', '\n') : text, encoding, newline };
}

function decode(bytes: Uint8Array): Pick<TextFile, 'text' | 'encoding'> {
  // The mark stays in the text, so that it is written again.
  const decodeAs = (label: string) => new TextDecoder(label, { fatal: true, ignoreBOM: true }).decode(bytes);
  if (bytes[0] === 0xff && bytes[1] === 0xfe && bytes.length % 2 === 0)
    return { text: decodeAs('utf-16le'), encoding: 'utf-16le' };
  try {
    return { text: decodeAs('utf-8'), encoding: 'utf-8' };
  } catch {
    return { text: Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''), encoding: 'latin1' };
  }
}

/** Whether the text can be written in the encoding of its file: bytes that are no UTF-8 are characters up to U+00FF. */
export function canWrite({ text, encoding }: TextFile): boolean {
  return encoding !== 'latin1' || !beyondLatin1.test(text);
}

/**
 * The text as its writer saw it, where the bytes of the file can be Shift_JIS; to be read only, for they can be
 * Latin 1 as well. Undefined: they are another encoding.
 */
export function asShiftJis(file: TextFile): string | undefined {
  if (file.encoding !== 'latin1' || !canWrite(file)) return undefined;
  try {
    return new TextDecoder('shift_jis', { fatal: true }).decode(bytesOf(file.text));
  } catch {
    return undefined;
  }
}

/**
 * The file with another text, in the encoding and with the line ends that it had.
 * @throws RangeError, where that encoding cannot hold the text: another one would change what was not touched
 */
export function writtenFile(name: string, { text, encoding, newline }: TextFile): File {
  const whole = newline === '\r\n' ? text.replaceAll('\n', '\r\n') : text;
  return new File([encode(whole, encoding)], name);
}

function encode(text: string, encoding: TextFile['encoding']): Uint8Array<ArrayBuffer> {
  if (encoding === 'utf-8') return new TextEncoder().encode(text);
  if (encoding === 'utf-16le') return utf16Of(text);
  if (beyondLatin1.test(text)) throw new RangeError('the encoding of the file cannot hold the text');
  return bytesOf(text);
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
}

function utf16Of(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length * 2);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < text.length; at += 1) view.setUint16(at * 2, text.charCodeAt(at), true);
  return bytes;
}
