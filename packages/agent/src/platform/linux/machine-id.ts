import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readIfThere, writeDurably } from '../../durable-file.ts';
import type { Paths } from '../platform.ts';

/**
 * Fills the empty file of a machine from an image, where no systemd has done so (machine-id(5)): without it two clones
 * on like hardware would be one machine for their site. A file that is not there is not missed.
 */
export function ensureMachineId({ root, real }: Paths): void {
  const file = real('/etc/machine-id');
  const text = readIfThere(file)?.trim();
  if (text === undefined || (text !== '' && text !== 'uninitialized')) return;
  if (root === null && existsSync('/run/systemd/system')) return;
  writeDurably(file, `${randomBytes(16).toString('hex')}\n`, 0o444);
}
