/** The folder that is copied to a machine without a network: packages of the agent, what installs them, and their sums. */
import { chmod, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeSums } from './sums.ts';

const script = 'install-agent.sh';

/** Puts `install-agent.sh` and `SHA256SUMS` beside the packages in a folder (AGENT-01). */
export async function placeInstaller(folder: string): Promise<void> {
  await copyFile(join(import.meta.dirname, script), join(folder, script));
  await chmod(join(folder, script), 0o755);
  await writeSums(folder);
}
