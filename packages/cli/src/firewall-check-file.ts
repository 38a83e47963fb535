import { randomUUID } from 'node:crypto';
import { chmod, rename, rm, writeFile } from 'node:fs/promises';
import type { HostFirewallCheck } from '@tenkai/domain';

/** Anybody may read it: the server is another user. */
const mode = 0o644;

/** Who reads it meanwhile has the former look or this one, never a part. @throws Error where it cannot be written */
export async function writeCheck(file: string, check: HostFirewallCheck): Promise<void> {
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, `${JSON.stringify(check)}\n`, { flag: 'wx', mode });
    // The unit's umask may be narrower.
    await chmod(temporary, mode);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
