/** The folder that is copied to a machine without a network: packages of the agent, what installs them, and their sums. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, copyFile, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

const script = 'install-agent.sh';
const isPackage = (name: string) => /^tenkai-agent[_-].*\.(deb|rpm)$/.test(name);

/** Puts `install-agent.sh` and `SHA256SUMS` beside the packages in a folder (AGENT-01). */
export async function placeInstaller(folder: string): Promise<void> {
  await copyFile(join(import.meta.dirname, script), join(folder, script));
  await chmod(join(folder, script), 0o755);
  const names = (await readdir(folder)).filter(isPackage).sort();
  const lines = await Promise.all(names.map(async (name) => `${await sumOf(join(folder, name))}  ${name}\n`));
  const sums = join(folder, 'SHA256SUMS');
  await writeFile(`${sums}.${process.pid}`, lines.join(''));
  await rename(`${sums}.${process.pid}`, sums);
}

async function sumOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
