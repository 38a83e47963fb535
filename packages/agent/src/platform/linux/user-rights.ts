import { readFileSync } from 'node:fs';
import { lchown, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command, Sessions } from '../platform.ts';
import { findProgram } from './installer.ts';

/** A line of passwd(5). */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

const nobody: Account = { name: 'nobody', uid: 65_534, gid: 65_534, home: '/' };

export function parsePasswd(text: string): Account[] {
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid, , home] = line.split(':');
    if (!name || !uid || !gid) return [];
    return [{ name, uid: Number(uid), gid: Number(gid), home: home || '/' }];
  });
}

export function accounts(): Account[] {
  return parsePasswd(readFileSync('/etc/passwd', 'utf8'));
}

/** Who runs what needs no administrative rights: whoever is signed in, else nobody. */
export async function accountFor(sessions: Sessions): Promise<Account> {
  const open = await sessions.list(AbortSignal.timeout(30_000));
  const known = accounts();
  const session =
    open.find(({ isActive, uid }) => isActive && uid !== 0) ?? open.find(({ uid }) => uid !== 0);
  return (
    known.find(({ uid }) => uid === session?.uid) ?? known.find(({ name }) => name === 'nobody') ?? nobody
  );
}

/** util-linux's setpriv changes the rights in the process itself: no session, no password, no log entry. */
export function asUser(account: Account, { program, args }: Command): Command {
  const rights = [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--init-groups', '--no-new-privs'];
  return { program: findProgram('setpriv') ?? 'setpriv', args: [...rights, '--', program, ...args] };
}

/** A program may write beside itself, whoever runs it. Links are given, never what they name. */
export async function giveFolder(folder: string, { uid, gid }: Account): Promise<void> {
  const names = await readdir(folder, { recursive: true });
  for (const path of [folder, ...names.map((name) => join(folder, name))]) await lchown(path, uid, gid);
}
