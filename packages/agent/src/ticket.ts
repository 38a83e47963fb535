import { chmodSync, copyFileSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '@tenkai/domain/failure.ts';
import type { DataFolder } from './data-folder.ts';
import { readTicket } from './enrollment.ts';

/**
 * Moves a ticket to where only the agent reads it; the given file is removed.
 * @returns the agent's own file
 * @throws Failure ticket-missing, secret-file-open
 */
export function takeTicket(data: DataFolder, file: string): string {
  if (!existsSync(file) || readTicket(file) === undefined) throw new Failure('ticket-missing', { file });
  const own = join(data.identity, 'ticket');
  if (file === own) return own;
  copyFileSync(file, own);
  chmodSync(own, 0o600);
  rmSync(file);
  return own;
}
