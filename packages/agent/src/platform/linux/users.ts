import { chmodSync, closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Users } from '../platform.ts';
import { run } from '../shell.ts';
import { accounts } from './user-rights.ts';

/** Where the system's agent has its door; agents with another data folder have it there. */
const systemData = '/var/lib/tenkai-agent';
const systemDoor = '/run/tenkai-agent';
/** sockaddr_un holds 107 bytes of path (unix(7)). */
const longestSocketPath = 107;
/** Any user may make files in it, and nobody may rename or remove those of others (sticky, inode(7)). */
const proofFolder = '/tmp';

export function createUsers(): Users {
  return {
    proofFolder,
    doorOf(dataFolder) {
      const folder = dataFolder === systemData ? systemDoor : join(dataFolder, 'door');
      const address = join(folder, 'user.sock');
      return Buffer.byteLength(address) <= longestSocketPath ? address : null;
    },
    letIn(address) {
      chmodSync(dirname(address), 0o755);
      chmodSync(address, 0o666);
    },
    whoMade: async (name, content) => {
      const uid = ownerOf(join(proofFolder, name), content);
      return uid === null ? null : accountName(uid);
    },
  };
}

/**
 * Whose file it is, where it was made for us: no link of any kind, closed to others, with just our words in it.
 * Opening waits for nothing and follows nothing, whatever lies there.
 */
function ownerOf(file: string, content: string): number | null {
  let handle: number | undefined;
  try {
    handle = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const facts = fstatSync(handle);
    const isPlain = facts.isFile() && facts.nlink === 1 && (facts.mode & 0o7777) === 0o600;
    if (!isPlain || facts.size !== content.length) return null;
    return readFileSync(handle, 'utf8') === content ? facts.uid : null;
  } catch {
    return null;
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

/** Accounts may come from a directory: getent(1) knows those too. */
async function accountName(uid: number): Promise<string> {
  const known = accounts().find((account) => account.uid === uid)?.name;
  if (known) return known;
  const { code, stdout } = await run('getent', ['passwd', String(uid)], { timeoutMs: 5000 });
  return (code === 0 && stdout.split(':')[0]) || `uid ${uid}`;
}
