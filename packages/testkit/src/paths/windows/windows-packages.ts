import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Detection, defaultExitCodes, type PackageDraft } from '@tenkai/domain';
import { packageRoutes } from '@tenkai/protocol';
import { aDraft } from '../../package-draft.ts';
import { buildMsi, type MsiContent } from '../../rig/msi.ts';
import { makeScratchFolder } from '../../rig/rig-folder.ts';
import { upload } from '../scene/deploy.ts';
import type { ReachedSite } from '../scene/reach-site.ts';

export const windowsOnly = [{ operatingSystem: 'windows', language: 'any', architecture: 'any' as const }];

/** A real MSI as a package that Windows' own list of products must show afterwards; its id is `<name>-msi`. */
export async function registerMsi(site: ReachedSite, msi: MsiContent): Promise<void> {
  const folder = await makeScratchFolder('msi');
  await buildMsi(folder, msi);
  const { name, version } = msi;
  const id = `${name.toLowerCase().replaceAll(' ', '-')}-msi`;
  await registerFile(site, folder, {
    id,
    name,
    version,
    detection: [{ kind: 'package', source: 'msi', name, operator: '=', version }],
  });
}

/** A program of Windows as a package; `id` with `.exe` is its file's name. */
export async function registerExe(
  site: ReachedSite,
  id: string,
  program: string,
  detection: Detection[],
): Promise<void> {
  const folder = await makeScratchFolder('exe');
  await copyFile(program, join(folder, `${id}.exe`));
  await registerFile(site, folder, { id, name: id, detection });
}

/** The folder's only file is the installer. */
async function registerFile(site: ReachedSite, folder: string, over: Partial<PackageDraft>): Promise<void> {
  const manifest = await upload(site, folder);
  const [program] = aDraft().programs;
  if (!program) throw new Error('a draft has a program');
  const executable = manifest.files[0]?.path ?? '';
  const programs = [{ ...program, executable, parameters: '', exitCodes: defaultExitCodes }];
  const draft = aDraft({ ...over, programs, targets: windowsOnly });
  await site.api(packageRoutes.create, { body: { draft, contentId: manifest.contentId } });
}
