import { constants } from 'node:fs';
import { chmod, cp, mkdir, rm, symlink } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { Failure } from '@tenkai/domain/failure.ts';
import { errorCode } from '../durable-file.ts';
import type { ContentOnDisk } from '../engine/content.ts';
import type { Command } from '../platform/platform.ts';
import type { StepContext } from './step.ts';

interface Program {
  readonly content: { readonly contentId: string } | null;
  readonly executable: string | null;
  readonly parameters: string;
}

/** Package managers only read their file: it needs no copy. */
const readOnly = new Set(['.deb', '.rpm']);

/**
 * Lays out the content of a step in its work folder and says how the program is run there. The program gets a copy,
 * for installers unpack themselves and write logs beside themselves; what is in the cache stays as it was verified.
 * @throws Failure executable-missing, disk-full, interpreter-missing, parameters-unbalanced
 */
export async function prepareProgram(
  context: StepContext,
  { content, executable, parameters }: Program,
): Promise<Command & { workFolder: string }> {
  const { installer } = context.platform;
  const work = await emptyWorkFolder(context);
  const onDisk = content ? await context.content(content.contentId) : null;
  if (executable === null) {
    if (onDisk) await copyContent(onDisk, work);
    return { ...installer.shellCommand(parameters), workFolder: work };
  }
  const place = onDisk?.places.get(executable);
  if (!onDisk || place === undefined) throw new Failure('executable-missing', { path: executable });
  const args = installer.argumentsOf(parameters, context.variables);
  const extension = extname(executable).toLowerCase();
  if (readOnly.has(extension)) {
    const link = join(work, `package${extension}`);
    await symlink(join(onDisk.folder, place), link);
    return { ...installer.commandFor(link, args), workFolder: work };
  }
  await copyContent(onDisk, work);
  const file = join(work, place);
  await chmod(file, 0o755);
  return { ...installer.commandFor(file, args), workFolder: dirname(file) };
}

export async function emptyWorkFolder({ workFolder }: StepContext): Promise<string> {
  await rm(workFolder, { recursive: true, force: true });
  await mkdir(workFolder, { recursive: true, mode: 0o755 });
  return workFolder;
}

/** Shares the blocks where the file system can (XFS, Btrfs). */
async function copyContent({ folder }: ContentOnDisk, work: string): Promise<void> {
  try {
    await cp(folder, work, { recursive: true, mode: constants.COPYFILE_FICLONE, verbatimSymlinks: true });
  } catch (error) {
    await rm(work, { recursive: true, force: true });
    if (errorCode(error) !== 'ENOSPC' && errorCode(error) !== 'EDQUOT') throw error;
    throw new Failure('disk-full', { path: work, neededBytes: 0, freeBytes: 0 }, { cause: error });
  }
}
