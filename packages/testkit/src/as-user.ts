import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const repository = join(import.meta.dirname, '../../..');
/** Where users without rights see the repository, which may lie in a folder of root's. */
const seenAt = '/mnt';

/**
 * A command with the rights of a user, and no more; for tests that run as root. It sees the repository at a place
 * where everybody may read it, in a mount namespace that ends with it. To be started in a folder that the user may
 * enter, such as `/`.
 */
export function asUser(user: string, command: readonly string[]): string[] {
  const group = execFileSync('id', ['-g', user], { encoding: 'utf8' }).trim();
  const rights = [`--reuid=${user}`, `--regid=${group}`, '--clear-groups', '--no-new-privs', '--'];
  const seen = command.map((part) => part.replace(`${repository}/`, `${seenAt}/`));
  const script = `mount --bind "$0" ${seenAt} && exec setpriv "$@"`;
  const namespace = ['unshare', '--mount', '--propagation', 'private', '--'];
  return [...namespace, 'sh', '-c', script, repository, ...rights, ...seen];
}
