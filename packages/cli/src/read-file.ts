import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Failure } from '@tenkai/domain/failure.ts';
import './failures.ts';
import type { Terminal } from './terminal.ts';

/** Text of a file; `-` is standard input. @throws Failure file-unreadable */
export async function readText({ cwd, stdin }: Terminal, path: string): Promise<string> {
  if (path === '-') {
    const parts: Buffer[] = [];
    for await (const part of stdin) parts.push(Buffer.from(part));
    return Buffer.concat(parts).toString('utf8');
  }
  return readFile(resolve(cwd, path), 'utf8').catch((error: Error) => {
    throw new Failure('file-unreadable', { path, reason: error.message });
  });
}

/** JSON of a file; whether it is what the site expects, the site says. @throws Failure file-unreadable, file-not-json */
export async function readJson<T>(terminal: Terminal, path: string): Promise<T> {
  const text = await readText(terminal, path);
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new Failure('file-not-json', { path, reason: (error as Error).message });
  }
}
