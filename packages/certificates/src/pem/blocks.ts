/** A part of a PEM file (RFC 7468): text between blocks, or one block. */
export interface PemPart {
  /** Null: text that stands between the blocks. */
  readonly label: string | null;
  readonly text: string;
  /** False where a block has a beginning and no end. */
  readonly isWhole: boolean;
}

const edge = /-----(BEGIN|END) ([A-Z0-9 ]{1,64})-----/g;

/** The whole file in parts; their texts joined are the file again. One pass, whatever the file holds. */
export function splitPem(file: string): PemPart[] {
  const parts: PemPart[] = [];
  let begin: { at: number; label: string } | undefined;
  let at = 0;
  const text = (to: number) => {
    if (to > at) parts.push({ label: null, text: file.slice(at, to), isWhole: true });
    at = to;
  };
  for (const { 0: whole, 1: side, 2: label = '', index } of file.matchAll(edge)) {
    if (side === 'BEGIN') {
      if (begin) parts.push({ label: begin.label, text: file.slice(at, index), isWhole: false });
      else text(index);
      at = index;
      begin = { at: index, label };
    } else if (begin) {
      const end = index + whole.length;
      parts.push({ label: begin.label, text: file.slice(at, end), isWhole: begin.label === label });
      at = end;
      begin = undefined;
    }
  }
  if (begin) parts.push({ label: begin.label, text: file.slice(at), isWhole: false });
  else text(file.length);
  return parts;
}

/** The bytes in a block; undefined where its lines are no base64. */
export function decodeBlock(block: string): Buffer | undefined {
  const body = block.replace(/^-----BEGIN [^-]*-----/, '').replace(/-----END [^-]*-----$/, '');
  const text = body.replace(/[\s]/g, '');
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined;
}

export function encodeBlock(label: string, bytes: Buffer, newLine: string): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`].join(newLine);
}
