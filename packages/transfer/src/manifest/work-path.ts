import { caseKey } from './content-path.ts';
import type { ManifestBody } from './manifest.ts';

/**
 * The names that the top folders of a content have in an agent's work folder: installers of the old days break on a
 * path with two-byte characters (BPKG-24), so a top folder that is not plain ASCII is written as the code points of its
 * name. What lies below keeps its names, since installers refer to it by them.
 * @returns the work name of each top name
 */
export function workNames(manifest: ManifestBody): ReadonlyMap<string, string> {
  const tops = [...new Set(manifest.files.map((file) => topOf(file.path)))].sort();
  const taken = new Set(tops.filter(isAscii).map(caseKey));
  const names = new Map<string, string>();
  for (const top of tops) {
    const name = isAscii(top) ? top : freeName(asciiName(top), taken);
    taken.add(caseKey(name));
    names.set(top, name);
  }
  return names;
}

/** Where a file of the content lies below the work folder, with forward slashes. */
export function workPath(names: ReadonlyMap<string, string>, path: string): string {
  const top = topOf(path);
  return `${names.get(top) ?? top}${path.slice(top.length)}`;
}

function topOf(path: string): string {
  const end = path.indexOf('/');
  return end < 0 ? path : path.slice(0, end);
}

function isAscii(name: string): boolean {
  return /^[ -~]*$/.test(name);
}

/** ASCII characters as they are, others as their code points; the extension of a file survives. */
function asciiName(top: string): string {
  const name = [...top].map((character) => (isAscii(character) ? character : codeOf(character))).join('');
  return name.length <= 100 ? name : `${name.slice(0, 80)}~${name.slice(-19)}`;
}

function codeOf(character: string): string {
  return `u${(character.codePointAt(0) ?? 0).toString(16)}`;
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(caseKey(name))) return name;
  for (let number = 2; ; number++) {
    const candidate = `${number}-${name}`;
    if (!taken.has(caseKey(candidate))) return candidate;
  }
}
