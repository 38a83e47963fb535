import { readFileSync, statSync } from 'node:fs';
import { defineFailures, Failure } from '@tenkai/domain/failure.ts';

export const passwordFailures = defineFailures({
  'password-file-open': {
    kind: 'forbidden',
    message: 'Others can read the password file {file}.',
    remedy: 'Make it yours alone: chmod 600 {file}',
  },
  'password-file-unreadable': {
    kind: 'invalid',
    message: 'The password file {file} cannot be read: {reason}.',
    remedy: 'Check the path and your rights.',
  },
});

/**
 * Passwords, one in each line; a password is never an argument.
 * @throws Failure password-file-open, password-file-unreadable
 */
export function readPasswords(file: string): string[] {
  try {
    if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0)
      throw new Failure('password-file-open', { file });
    return readFileSync(file, 'utf8')
      .split(/\r?\n/)
      .filter((line) => line !== '');
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure('password-file-unreadable', { file, reason: (error as Error).message });
  }
}
