import { copyFile, link, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { Failure, type PackageDraft } from '@tenkai/domain';
import { draftOfDeb } from './deb.ts';
import './failures.ts';
import { draftOfRpm } from './rpm.ts';
import type { Session } from './session.ts';

/** What the paths on the command line mean. */
export interface ContentInput {
  readonly folders: readonly string[];
  /** What is known from them: fields of a .deb or .rpm, or a folder's name. */
  readonly known: Partial<PackageDraft>;
  /** Removes what was made on the way. */
  clean(): Promise<void>;
}

/**
 * Folders become folders of the package; a single .deb or .rpm becomes a folder that holds it, and fills in the draft.
 * @throws Failure content-folder-missing, usage-wrong, tool-missing, tool-failed
 */
export async function contentInput(session: Session, paths: readonly string[]): Promise<ContentInput> {
  const { cwd } = session.terminal;
  const absolute = paths.map((path) => resolve(cwd, path));
  const [first, ...others] = absolute;
  if (first === undefined) return { folders: [], known: {}, clean: async () => {} };
  const isFile = (await stat(first).catch(() => undefined))?.isFile() ?? false;
  if (isFile) return fileInput(session, first, others);
  const name = basename(first);
  const id = name.replace(/[^A-Za-z0-9_-]/g, '-').slice(0, 63);
  return { folders: absolute, known: { id, name }, clean: async () => {} };
}

async function fileInput(
  { signal }: Session,
  path: string,
  others: readonly string[],
): Promise<ContentInput> {
  const draftOf = /\.deb$/i.test(path) ? draftOfDeb : /\.rpm$/i.test(path) ? draftOfRpm : undefined;
  if (!draftOf || others.length > 0) {
    const problem = `"${path}" is a file: give folders, or one .deb or .rpm file alone.`;
    throw new Failure('usage-wrong', { problem, command: 'tenkai package create' });
  }
  const known = await draftOf(path, signal);
  const work = await mkdtemp(join(tmpdir(), 'tenkai-'));
  const folder = join(work, known.id);
  await mkdir(folder);
  await borrow(path, join(folder, basename(path)));
  return { folders: [folder], known, clean: () => rm(work, { recursive: true, force: true }) };
}

/** A link costs nothing; between two file systems the bytes must be copied. */
async function borrow(from: string, to: string) {
  await link(from, to).catch(() => copyFile(from, to));
}
