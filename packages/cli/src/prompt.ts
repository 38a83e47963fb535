import { createInterface } from 'node:readline/promises';
import { Failure } from '@tenkai/domain/failure.ts';
import './failures.ts';
import type { Terminal } from './terminal.ts';

/**
 * Asks a question on the terminal.
 * @param remedy what to do where there is no terminal
 * @throws Failure terminal-needed, interrupted
 */
export async function ask(
  { stdin, stderr }: Terminal,
  question: string,
  { what, remedy }: { what: string; remedy: string },
): Promise<string> {
  if (!stdin.isTTY) throw new Failure('terminal-needed', { what, remedy });
  const lines = createInterface({ input: stdin, output: stderr });
  const givenUp = new AbortController();
  lines.once('SIGINT', () => givenUp.abort());
  try {
    return (await lines.question(question, { signal: givenUp.signal })).trim();
  } catch (cause) {
    throw new Failure('interrupted', {}, { cause });
  } finally {
    lines.close();
  }
}

/** Asks for a secret without showing it: on the terminal, or from the next line of standard input that is none. */
export async function askSecret(terminal: Terminal, question: string): Promise<string> {
  const { stdin, stderr } = terminal;
  if (!stdin.isTTY) return nextLine(stdin);
  stderr.write(question);
  stdin.setRawMode(true);
  try {
    return await readHidden(stdin);
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write('\n');
  }
}

const pipes = new WeakMap<NodeJS.ReadStream, AsyncIterator<string>>();

/** The next line of a standard input that is no terminal; several questions read several lines. */
async function nextLine(stdin: NodeJS.ReadStream): Promise<string> {
  const lines = pipes.get(stdin) ?? createInterface({ input: stdin })[Symbol.asyncIterator]();
  pipes.set(stdin, lines);
  const { value, done } = await lines.next();
  return done ? '' : value;
}

/** Enter ends, backspace takes back, Ctrl C gives up. */
async function readHidden(stdin: NodeJS.ReadStream): Promise<string> {
  let secret = '';
  for await (const part of stdin.iterator({ destroyOnReturn: false })) {
    for (const character of String(part)) {
      if (character === '\r' || character === '\n') return secret;
      if (character === '\u0003' || character === '\u0004') throw new Failure('interrupted');
      if (character === '\u007f' || character === '\b') secret = [...secret].slice(0, -1).join('');
      else secret += character;
    }
  }
  return secret;
}

/** Before something is gone for good. `--yes` answers beforehand. @throws Failure terminal-needed, interrupted */
export async function confirm(
  terminal: Terminal,
  question: string,
  isSure: boolean | undefined,
): Promise<void> {
  if (isSure) return;
  const answer = await ask(terminal, `${question} [y/N] `, {
    what: 'a confirmation',
    remedy: 'Add --yes if you are sure.',
  });
  if (!/^(y|yes)$/i.test(answer)) throw new Failure('interrupted');
}
