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
export const shippedDeb = (name: 'agent' | 'server', version = '0.1.0') => shipped('deb', name, version);

/** The same for systems with rpm. */
export const shippedRpm = (name: 'agent' | 'server', version = '0.1.0') => shipped('rpm', name, version);

/** The same for another architecture than this machine's. */
export const shippedFor = (architecture: 'amd64' | 'arm64', kind: 'deb' | 'rpm') =>
  shipped(kind, 'agent', '0.1.0', ['--arch', architecture]);

function shipped(
  kind: 'deb' | 'rpm',
  name: string,
  version: string,
  more: readonly string[] = [],
): Promise<string> {
  const key = [kind, name, version, ...more].join(' ');
  const file = built.get(key) ?? build(kind, name, ['--version', version, ...more]);
  built.set(key, file);
  return file;
}

async function build(kind: 'deb' | 'rpm', name: string, options: readonly string[]): Promise<string> {
  const folder = await makeScratchFolder(`${name}-${kind}`);
  const script = join(root, `scripts/package-${kind}.ts`);
  const where = ['--out', folder, '--console-as-built'];
  await output([process.execPath, script, name, ...options, ...where], { timeoutMs: buildLimitMs });
  const [file] = (await readdir(folder)).filter((entry) => entry.endsWith(`.${kind}`));
  if (!file) throw new Error(`package-${kind} made no package`);
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
