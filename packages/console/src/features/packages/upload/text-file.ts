/** How a text file was written, so that it is written the same way again. */
export interface TextFile {
  /** Lines end with LF here, whatever the file has. */
  readonly text: string;
  readonly encoding: 'utf-8' | 'utf-16le' | 'latin1';
  readonly newline: '\r\n' | '\n';
}

const editable = /\.(inf|ini|cfg|conf|txt|cmd|bat|ps1|vbs|sh|xml|reg)$/i;
const largestBytes = 1_048_576;

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

/**
 * The file with another text, in the encoding and with the line ends that it had. What a user has typed that Latin 1
 * cannot hold makes it UTF-8: nothing that was typed is lost.
 */
export function writtenFile(name: string, { text, encoding, newline }: TextFile): File {
  const whole = newline === '\r\n' ? text.replaceAll('\n', '\r\n') : text;
  return new File([encode(whole, encoding)], name);
}

function encode(text: string, encoding: TextFile['encoding']): Uint8Array<ArrayBuffer> {
  if (encoding === 'utf-16le') return unitsOf(text);
  const units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
  if (encoding === 'utf-8' || units.some((unit) => unit > 0xff)) return new TextEncoder().encode(text);
  return Uint8Array.from(units);
}

function unitsOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length * 2);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < text.length; at += 1) view.setUint16(at * 2, text.charCodeAt(at), true);
  return bytes;
}
