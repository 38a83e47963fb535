import { copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoutes } from '@tenkai/protocol';
import { aDraft } from '../package-draft.ts';
import { output } from '../rig/command.ts';
import { makeScratchFolder } from '../rig/rig-folder.ts';
import { upload } from './deploy.ts';
import type { ReachedSite } from './reach-site.ts';

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
  const folder = await makeScratchFolder(`${name}-deb`);
  const script = join(root, 'scripts/package-deb.ts');
  const options = ['--version', version, '--out', folder, '--console-as-built'];
  await output([process.execPath, script, name, ...options], { timeoutMs: buildLimitMs });
  const [file] = (await readdir(folder)).filter((entry) => entry.endsWith('.deb'));
  if (!file) throw new Error('package-deb made no package');
  return join(folder, file);
}

/** The agent's own package, as an administrator who upgrades the agents registers it. */
export async function registerAgent(site: ReachedSite, version: string): Promise<void> {
  const folder = await makeScratchFolder('agent-upgrade');
  await copyFile(await shippedDeb('agent', version), join(folder, 'tenkai-agent.deb'));
  const manifest = await upload(site, folder);
  const [program] = aDraft().programs;
  if (!program) throw new Error('a draft has a program');
  const executable = manifest.files[0]?.path ?? '';
  const draft = aDraft({
    id: 'tenkai-agent',
    name: 'Tenkai agent',
    version,
    detection: [{ kind: 'package', source: 'dpkg', name: 'tenkai-agent', operator: '=', version }],
    programs: [{ ...program, executable, parameters: '' }],
  });
  await site.api(packageRoutes.create, { body: { draft, contentId: manifest.contentId } });
}
