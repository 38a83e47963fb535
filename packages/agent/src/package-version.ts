import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from './durable-file.ts';
import { agentVersion } from './version.ts';

/**
 * Version of the package that has brought the programs of this folder, as it wrote it into VERSION.txt. Patched programs
 * say a later one; the system's installer knows only this.
 */
export function packageVersion(folder: string): string {
  return /^Tenkai Agent (\S+)/.exec(textOf(join(folder, 'VERSION.txt')))?.[1] ?? agentVersion;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return '';
    throw error;
  }
}
