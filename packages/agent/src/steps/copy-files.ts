import { createHash } from 'node:crypto';
import { constants, createReadStream, createWriteStream } from 'node:fs';
import { chmod, lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Failure } from '@tenkai/domain/failure.ts';
import { errorCode } from '../durable-file.ts';
import type { ContentOnDisk } from '../engine/content.ts';
import { type StepContext, type StepHandler, succeeded } from './step.ts';

/**
 * Copies a folder of a package to the machine. Each file is there whole or as it was before; what is there already
 * with the same bytes is left alone, so that a step that was interrupted goes on where it was.
 * @throws Failure copy-target-relative, copy-target-link, copy-source-missing, disk-full
 */
export const copyFiles: StepHandler<'copy-files'> = async (context, step) => {
  const { paths } = context.platform;
  if (!isAbsolute(step.to)) throw new Failure('copy-target-relative', { path: step.to });
  const target = paths.real(step.to);
  if (!step.content) throw new Failure('copy-source-missing', { path: step.from });
  const files = filesBelow(await context.content(step.content.contentId), step.from);
  const counts = { copied: 0, present: 0 };
  await mkdir(target, { recursive: true });
  for (const { from, to } of files) {
    context.signal.throwIfAborted();
    const isNew = await copyOne(context, target, { from, to: join(target, to) });
    counts[isNew ? 'copied' : 'present'] += 1;
    context.boundary(`step#${context.index}:copied`);
  }
  return succeeded({
    logTail: `${counts.copied} files copied to ${step.to}, ${counts.present} were there already\n`,
    hasNotActed: counts.copied === 0,
  });
};

/** Paths on disk and below the target; an empty folder name stands for the whole package. */
function filesBelow(content: ContentOnDisk, folder: string): { from: string; to: string }[] {
  const prefix = folder.replace(/\/+$/, '') === '' ? '' : `${folder.replace(/\/+$/, '')}/`;
  const found = [...content.places].filter(([path]) => path.startsWith(prefix));
  if (found.length === 0) throw new Failure('copy-source-missing', { path: folder });
  return found.map(([path, place]) => ({ from: join(content.folder, place), to: path.slice(prefix.length) }));
}

/** @returns false where the same bytes were there already. */
async function copyOne(
  context: StepContext,
  root: string,
  { from, to }: { from: string; to: string },
): Promise<boolean> {
  await makeFolders(root, dirname(to));
  const { run, index } = context;
  // The same name after a crash: a part that was left behind is written over, or removed below.
  const name = createHash('sha256')
    .update([run.runId, index, basename(to)].join('/'))
    .digest('hex')
    .slice(0, 16);
  const temporary = join(dirname(to), `.tenkai-${name}.part`);
  await rm(temporary, { force: true });
  if (await isSame(from, to, context.signal)) return false;
  try {
    await copyDurably(from, temporary, context.signal);
    context.boundary(`step#${index}:copied-part`);
    await rename(temporary, to);
    await syncFolder(dirname(to));
    return true;
  } catch (error) {
    await rm(temporary, { force: true });
    if (errorCode(error) !== 'ENOSPC' && errorCode(error) !== 'EDQUOT') throw error;
    throw new Failure('disk-full', { path: to, neededBytes: 0, freeBytes: 0 }, { cause: error });
  }
}

/** Below the target no link is followed: somebody else could have laid it there. */
async function makeFolders(root: string, folder: string): Promise<void> {
  if (folder === root) return;
  await makeFolders(root, dirname(folder));
  await mkdir(folder, { mode: 0o755 }).catch((error) => {
    if (errorCode(error) !== 'EEXIST') throw error;
  });
  if ((await lstat(folder)).isSymbolicLink()) throw new Failure('copy-target-link', { path: folder });
}

async function isSame(from: string, to: string, signal: AbortSignal): Promise<boolean> {
  const [source, target] = await Promise.all([lstat(from), lstat(to).catch(() => null)]);
  if (!target?.isFile() || target.size !== source.size || (target.mode & 0o111) !== (source.mode & 0o111))
    return false;
  return (await digestOf(from, signal)) === (await digestOf(to, signal));
}

async function digestOf(file: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash, { signal });
  return hash.digest('hex');
}

async function copyDurably(from: string, to: string, signal: AbortSignal): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
  await pipeline(createReadStream(from), createWriteStream(to, { flags: flags as never, mode: 0o600 }), {
    signal,
  });
  await chmod(to, ((await lstat(from)).mode & 0o111) === 0 ? 0o644 : 0o755);
  // Windows flushes only what may be written.
  const handle = await open(to, 'r+');
  await handle.sync().finally(() => handle.close());
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
