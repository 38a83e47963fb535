/**
 * What to do with a firewall is a rule, to run a program is not: procedures say which program they want to be run next
 * and are given its answer. So server and agent share all of it, and a test is a list of questions and answers.
 */
export interface Ask {
  readonly program: string;
  /** Where the program is netsh or reg: words as they stand on its command line, quoted already. */
  readonly args: readonly string[];
}

export interface Answer {
  /** Exit status; null: the program is not there, or gave none. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type Procedure<T> = Generator<Ask, T, Answer>;

/** One change, and how it is taken back; null: nothing is left of it where it failed. */
export interface Act {
  readonly ask: Ask;
  readonly undo: Ask | null;
}

export const ask = (program: string, ...args: string[]): Ask => ({ program, args });

/** As a person types it: for sh(1), or as it is for the command prompt of Windows. */
export function commandLine({ program, args }: Ask): string {
  if (isOfWindows(program)) return [program, ...args].join(' ');
  return [program, ...args].map(shellWord).join(' ');
}

const isOfWindows = (program: string) => program === 'netsh' || program === 'reg';

/**
 * Full path of what is to be run on Windows: a program of that name in the current folder is never run instead.
 * @param systemRoot value of SystemRoot
 */
export function windowsProgram(program: string, systemRoot = 'C:\\Windows'): string {
  return isOfWindows(program) ? `${systemRoot}\\System32\\${program}.exe` : program;
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
