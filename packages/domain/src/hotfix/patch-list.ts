import { isAgentPatchId } from '../agent-patch/agent-patch.ts';
import { defineReasons } from '../reason.ts';
import type { Reason } from '../scenario/frozen-step.ts';
import { type ArtefactName, parseArtefactName } from './artefact-name.ts';

defineReasons({
  'patch-list-empty': 'PATCH names no file.',
  'patch-list-long': 'PATCH names {count} files; {most} at most.',
  'patch-not-msp': '{path} is no client patch: its name must end in .msp, or .tkp on Linux.',
  'patch-path-refused':
    '{path} is not an absolute path, a share or an https address without .. and control characters.',
  'patch-twice': '{path} is named twice.',
});

export interface PatchFile {
  /** Of a file; or, where ids are taken, the id of a patch that the site has. */
  readonly path: string;
  /** What its name says; null: a name of no known form, which is allowed. */
  readonly artefact: ArtefactName | null;
}

export interface PatchList {
  readonly files: readonly PatchFile[];
  /** Where there is one, nothing may be installed. */
  readonly problems: readonly Reason[];
}

const mostFiles = 20;
const longestPath = 1024;
const absolute = /^(?:[A-Za-z]:[\\/]|\\\\[^\\/]+[\\/]|\/(?!\/)|https:\/\/[^\s/@]+\/)/;
/** What ends or begins another argument, or a command of its own, where somebody builds a command line of it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const hostile = /[\u0000-\u001f\u007f"'`|<>*?&^%!$\u202a-\u202e\u2066-\u2069]/u;

/**
 * Reads the value of `PATCH=`: paths of client patches, divided by semicolons; the quotes around the whole belong to
 * the input (AGENT-14). Everything that is wrong is told at once, and nothing of a wrong list is used.
 * @param takesIds our own agent's: a patch may be named by its id, in whatever case, too
 * Source: AGENT-14, AGENT-15, HOTFIX-27.
 */
export function parsePatchList(value: string, { takesIds = false } = {}): PatchList {
  const [, quoted] = /^\s*"([^"]*)"\s*$/.exec(value) ?? [];
  const isId = (path: string) => takesIds && isAgentPatchId(path);
  const paths = (quoted ?? value)
    .split(';')
    .map((path) => path.trim())
    .map((path) => (isId(path.toUpperCase()) ? path.toUpperCase() : path))
    .filter((path) => path !== '');
  if (paths.length === 0) return refused({ code: 'patch-list-empty', params: {} });
  if (paths.length > mostFiles)
    return refused({ code: 'patch-list-long', params: { count: paths.length, most: mostFiles } });
  const seen = new Set<string>();
  const problems = paths.flatMap((path) => problemOf(path, seen, isId(path)) ?? []);
  if (problems.length > 0) return { files: [], problems };
  return { files: paths.map((path) => ({ path, artefact: parseArtefactName(nameOf(path)) })), problems };
}

const refused = (problem: Reason): PatchList => ({ files: [], problems: [problem] });
const nameOf = (path: string) => path.split(/[\\/]/).at(-1) ?? '';

function problemOf(path: string, seen: Set<string>, isId: boolean): Reason | null {
  const params = { path: shown(path) };
  const wrong = isId ? null : problemOfPath(path);
  if (wrong) return { code: wrong, params };
  const key = path.replaceAll('/', '\\').toLowerCase();
  if (seen.has(key)) return { code: 'patch-twice', params };
  seen.add(key);
  return null;
}

function problemOfPath(path: string): string | null {
  const isPlain = path.length <= longestPath && absolute.test(path) && !hostile.test(path);
  if (!isPlain || path.split(/[\\/]/).some((part) => part === '..' || part === '.'))
    return 'patch-path-refused';
  return /[^\\/]\.(msp|tkp)$/i.test(path) ? null : 'patch-not-msp';
}

/** Fit to be printed. */
function shown(path: string): string {
  return path.slice(0, 120).replace(/[\p{Cc}\p{Cf}]/gu, '\ufffd');
}
