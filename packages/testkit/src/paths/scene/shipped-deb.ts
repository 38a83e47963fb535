import { copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoutes } from '@tenkai/protocol';
import { aDraft } from '../../package-draft.ts';
import { cachedFolder } from '../../rig/cached-folder.ts';
import { output } from '../../rig/command.ts';
import { makeScratchFolder } from '../../rig/rig-folder.ts';
import { upload } from './deploy.ts';
import type { ReachedSite } from './reach-site.ts';
import { sourceKey } from './source-key.ts';

const root = join(import.meta.dirname, '../../../../..');
const buildLimitMs = 300_000;
const waitLimitMs = 2 * buildLimitMs;

type PackageName = 'agent' | 'server';
type Kind = 'deb' | 'rpm';

/**
 * A Debian package of this checkout, made by the command that makes releases: each version once, until something changes
 * that it is made from. Nobody writes to the folder in which it lies.
 */
export const shippedDeb = (name: PackageName, version = '0.1.0') => shipped('deb', name, version);

/** The same for systems with rpm. */
export const shippedRpm = (name: PackageName, version = '0.1.0') => shipped('rpm', name, version);

/** The same for another architecture than this machine's. */
export const shippedFor = (architecture: 'amd64' | 'arm64', kind: Kind) =>
  shipped(kind, 'agent', '0.1.0', architecture);

async function shipped(
  kind: Kind,
  name: PackageName,
  version: string,
  architecture?: string,
): Promise<string> {
  const script = join(root, `scripts/package-${kind}.ts`);
  const options = ['--version', version, ...(architecture ? ['--arch', architecture] : [])];
  const make = async (folder: string) => {
    const where = ['--out', folder, '--console-as-built'];
    await output([process.execPath, script, name, ...options, ...where], { timeoutMs: buildLimitMs });
  };
  const folder = await cachedFolder({
    name: [kind, name, architecture ?? 'own', version].join('-'),
    key: await sourceKey(name),
    make,
    limitMs: waitLimitMs,
  });
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
