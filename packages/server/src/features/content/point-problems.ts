import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, relative } from 'node:path';
import type { FieldProblem } from '@tenkai/domain/failure.ts';
import { draftRefusal } from '@tenkai/domain/field-problem.ts';
import { textProblems } from '@tenkai/domain/software/text-problems.ts';
import type { DistributionPointDraft } from '@tenkai/protocol/api/distribution-points.ts';
import './content.failures.ts';
import type { PointRow } from './content.store.ts';

/**
 * Looks at what a schema cannot say, the folder on disk included.
 * @throws Failure draft-invalid
 */
export async function refuseBadPoint(
  dataDir: string,
  draft: DistributionPointDraft,
  before: PointRow | undefined,
) {
  const problems = [
    ...textProblems(draft),
    ...(before?.is_built_in ? builtInProblems(draft) : await placeProblems(dataDir, draft)),
  ];
  if (problems.length > 0) throw draftRefusal('distribution point', problems);
}

function builtInProblems(draft: DistributionPointDraft): FieldProblem[] {
  const isFixed = draft.baseUrl === '/content' && draft.folder === null && !draft.hasFileView;
  return isFixed ? [] : [{ field: 'baseUrl', code: 'point-built-in', params: {} }];
}

async function placeProblems(dataDir: string, draft: DistributionPointDraft): Promise<FieldProblem[]> {
  const { baseUrl, folder, hasFileView } = draft;
  const problems: FieldProblem[] = [];
  if (!isPlainUrl(baseUrl)) problems.push({ field: 'baseUrl', code: 'point-url', params: { url: baseUrl } });
  if (folder === null && hasFileView)
    problems.push({ field: 'hasFileView', code: 'point-file-view', params: {} });
  const reason = folder === null ? undefined : await whyNotFolder(dataDir, folder);
  if (folder !== null && reason) problems.push(folderProblem(folder, reason));
  return problems;
}

export function folderProblem(folder: string, reason: string): FieldProblem {
  return { field: 'folder', code: 'point-folder', params: { folder, reason } };
}

function isPlainUrl(text: string): boolean {
  if (/\s/.test(text) || !URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && [username, password, search, hash].every((part) => part === '');
}

/** Content beside the site's keys and database would publish them, too. */
async function whyNotFolder(dataDir: string, folder: string): Promise<string | undefined> {
  if (!isAbsolute(folder)) return 'its path is not absolute';
  const about = await stat(folder).catch(() => undefined);
  if (!about?.isDirectory()) return 'it does not exist';
  const [real, data] = [await realpath(folder), await realpath(dataDir)];
  return isWithin(data, real) || isWithin(real, data) ? 'it overlaps the data folder of the site' : undefined;
}

function isWithin(outer: string, inner: string): boolean {
  const way = relative(outer, inner);
  return way === '' || (!way.startsWith('..') && !isAbsolute(way));
}
