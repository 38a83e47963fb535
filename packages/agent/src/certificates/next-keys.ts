import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { OwnPurpose } from '@tenkai/certificates/self-signed.ts';
import type { DataFolder } from '../data-folder.ts';
import { makeFolder, moveDurably } from '../durable-file.ts';
import { type Identity, openGuarded } from '../identity.ts';
import type { KeyGuard } from '../key-guard.ts';

/** The keys that are to come, beside the present ones; made at the first call. */
export function openNext(data: DataFolder, guard: KeyGuard | null): Identity {
  const next = nextOf(data);
  makeFolder(next.identity, 0o700);
  return openGuarded(next, guard);
}

/** Puts the keys that are to come in the place of the present ones, which are gone then. */
export function switchKeys(data: DataFolder): void {
  move(data, 'signing');
  finishSwitch(data);
}

/** Ends a switch that was cut between both keys; at any other moment there is nothing to do. */
export function finishSwitch(data: DataFolder): void {
  const { identity: folder } = nextOf(data);
  // The signing key is made first and moved first: alone, the other one is what a switch has left.
  if (existsSync(keyFile(folder, 'signing'))) return;
  if (existsSync(keyFile(folder, 'encryption'))) move(data, 'encryption');
  rmSync(folder, { recursive: true, force: true });
}

const nextOf = (data: DataFolder): DataFolder => ({ ...data, identity: join(data.identity, 'next') });
const keyFile = (folder: string, purpose: OwnPurpose) => join(folder, `${purpose}.key`);
const move = (data: DataFolder, purpose: OwnPurpose) =>
  moveDurably(keyFile(nextOf(data).identity, purpose), keyFile(data.identity, purpose));
