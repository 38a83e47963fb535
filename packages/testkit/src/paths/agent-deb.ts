import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { output } from '../rig/command.ts';
import { makeRigFolder } from '../rig/rig-folder.ts';

const root = join(import.meta.dirname, '../../../..');
const buildLimitMs = 300_000;

let built: Promise<string> | undefined;

/** The agent's Debian package of this checkout, made by the command that makes releases; once a process. */
export function agentDeb(version?: string): Promise<string> {
  if (version !== undefined) return build(version);
  built ??= build('0.1.0');
  return built;
}

async function build(version: string): Promise<string> {
  const folder = await makeRigFolder('agent-deb');
  const script = join(root, 'scripts/package-deb.ts');
  const command = [process.execPath, script, 'agent', '--version', version, '--out', folder];
  await output(command, { timeoutMs: buildLimitMs });
  const [file] = (await readdir(folder)).filter((name) => name.endsWith('.deb'));
  if (!file) throw new Error('package-deb made no package');
  return join(folder, file);
}
