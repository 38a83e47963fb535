/** What the program may touch outside of itself; tests and the real main give their own. */
export interface Terminal {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/** Colours are for people who look: not into files and pipes, not against NO_COLOR (no-color.org), not on dumb ones. */
export function hasColor(stream: NodeJS.WriteStream, env: Terminal['env']): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0';
  return stream.isTTY === true && env.TERM !== 'dumb';
}

export type Paint = (text: string) => string;

export interface Style {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly good: Paint;
  readonly bad: Paint;
  readonly warn: Paint;
}

/** ANSI SGR where colours are wanted, else the text as it is. */
export function styleFor(isColored: boolean): Style {
  const paint = (code: number): Paint =>
    isColored ? (text) => (text === '' ? '' : `\u001b[${code}m${text}\u001b[0m`) : (text) => text;
  return { bold: paint(1), dim: paint(2), good: paint(32), bad: paint(31), warn: paint(33) };
}

/** What a server or a file says, made harmless for a terminal: no control characters, no change of direction. */
export function printable(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is this pattern's purpose
    /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g,
    (character) => `\\u{${character.charCodeAt(0).toString(16)}}`,
  );
}

/** As `printable`, but line ends and tabulators stay. */
export function printableLines(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => line.split('\t').map(printable).join('\t'))
    .join('\n');
}
