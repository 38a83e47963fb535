import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { output } from '../rig/command.ts';
import { makeRigFolder } from '../rig/rig-folder.ts';

const root = join(import.meta.dirname, '../../../..');
const buildLimitMs = 300_000;

const built = new Map<string, Promise<string>>();

/** A Debian package of this checkout, made by the command that makes releases; each version once a process. */
export function shippedDeb(name: 'agent' | 'server', version = '0.1.0'): Promise<string> {
  const key = `${name} ${version}`;
  const deb = built.get(key) ?? build(name, version);
  built.set(key, deb);
  return deb;
}

async function build(name: 'agent' | 'server', version: string): Promise<string> {
  const folder = await makeRigFolder(`${name}-deb`);
  const script = join(root, 'scripts/package-deb.ts');
  const options = ['--version', version, '--out', folder, '--console-as-built'];
  await output([process.execPath, script, name, ...options], { timeoutMs: buildLimitMs });
  const [file] = (await readdir(folder)).filter((entry) => entry.endsWith('.deb'));
  if (!file) throw new Error('package-deb made no package');
  return join(folder, file);
}
