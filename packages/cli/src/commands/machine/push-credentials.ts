import { Failure } from '@tenkai/domain/failure.ts';
import type { PushCredentials } from '@tenkai/protocol/api/pushes.ts';
import type { Command } from 'commander';
import { readText } from '../../read-file.ts';
import type { Terminal } from '../../terminal.ts';

/** How the server signs in at machines. */
export interface CredentialOptions {
  readonly passwordFile?: string;
  readonly keyFile?: string;
  readonly passphraseFile?: string;
  readonly sudoPasswordFile?: string;
}

/** Secrets come from files or standard input, never from arguments, which every user of this machine can see. */
export const withCredentials = (command: Command): Command =>
  command
    .option('--password-file <path>', 'sign in by the password in this file, for sudo too; -: standard input')
    .option('--key-file <path>', 'sign in by this private key; -: standard input')
    .option('--passphrase-file <path>', "the private key's passphrase; -: standard input")
    .option('--sudo-password-file <path>', 'what sudo asks for there; -: standard input');

/** Undefined: none was named. @throws Failure usage-wrong, file-unreadable */
export async function credentialsOf(
  terminal: Terminal,
  options: CredentialOptions,
): Promise<PushCredentials | undefined> {
  const { passwordFile, keyFile, passphraseFile, sudoPasswordFile } = options;
  const paths = [passwordFile, keyFile, passphraseFile, sudoPasswordFile].filter(
    (path) => path !== undefined,
  );
  const wrong = (problem: string) =>
    new Failure('usage-wrong', { problem, command: 'tenkai machine pushes' });
  if (paths.length === 0) return undefined;
  if (paths.filter((path) => path === '-').length > 1)
    throw wrong('Standard input can be one of the files only.');
  if (passwordFile !== undefined && paths.length > 1)
    throw wrong('--password-file stands alone: it is for signing in and for sudo.');
  if (passphraseFile !== undefined && keyFile === undefined)
    throw wrong('A passphrase belongs to --key-file.');
  const lineOf = async (path: string) => (await readText(terminal, path)).replace(/\r?\n$/, '');
  if (passwordFile !== undefined) return { kind: 'password', password: await lineOf(passwordFile) };
  const sudo = sudoPasswordFile === undefined ? {} : { sudoPassword: await lineOf(sudoPasswordFile) };
  if (keyFile === undefined) return { kind: 'site-key', ...sudo };
  const phrase = passphraseFile === undefined ? {} : { passphrase: await lineOf(passphraseFile) };
  return { kind: 'private-key', privateKey: await readText(terminal, keyFile), ...phrase, ...sudo };
}
