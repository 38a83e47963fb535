import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InstalledProgram } from '@tenkai/domain/agent-patch/judge-patch.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import { syncFolder } from '../durable-file.ts';

/** What the bundler writes into the first line of each: `// tenkai-agent 0.1.0`. */
const versionLine = /^\/\/ [a-z-]+ (\d[A-Za-z0-9.+~-]{0,63})\n/;

export const sha256Of = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/**
 * The programs of the agent in the folder where it was installed.
 * @throws Failure agent-patch-not-installed
 */
export function installedPrograms(folder: string): InstalledProgram[] {
  if (!existsSync(join(folder, 'tenkai-agent.mjs')))
    throw new Failure('agent-patch-not-installed', { folder });
  return readdirSync(folder)
    .filter((name) => name.endsWith('.mjs'))
    .sort()
    .map((name) => {
      const bytes = readFileSync(join(folder, name));
      return { name, version: versionOf(bytes), sha256: sha256Of(bytes) };
    });
}

/** Null: it does not say. */
export const versionOf = (program: Buffer): string | null =>
  versionLine.exec(program.subarray(0, 200).toString('latin1'))?.[1] ?? null;

export function removeProgram(folder: string, name: string): void {
  rmSync(join(folder, name), { force: true });
  syncFolder(folder);
}

/** Puts a program in place of the one that is there: after a crash there is the old one or the new one. */
export function placeProgram(folder: string, name: string, bytes: Buffer): void {
  const temporary = join(folder, `.${name}.patch`);
  try {
    writeFileSync(temporary, bytes, { mode: 0o644, flush: true });
    chmodSync(temporary, 0o644);
    renameSync(temporary, join(folder, name));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(folder);
}
