/** A path of a package's content as people write it: either slash, either case, `*` and `?` within one name. */
export type FoundInContent =
  | { readonly state: 'found'; readonly path: string }
  | { readonly state: 'missing' }
  | { readonly state: 'several'; readonly paths: readonly string[] };

export const isPattern = (text: string): boolean => /[*?]/.test(text);

/**
 * Finds the one file or folder that is meant. Names differ with the language that was downloaded, so a pattern may be
 * given; it begins at the top, or below one of the package's folders (DIST-05, DIST-37).
 * @param files paths with forward slashes
 */
export function findInContent(files: readonly string[], wanted: string): FoundInContent {
  const plain = wanted.replaceAll('\\', '/').replace(/^\/+|\/+$/g, '');
  if (plain === '') return { state: 'missing' };
  const places = placesOf(files);
  for (const test of [exactly(plain), patternOf(plain, 0), patternOf(plain, 1)]) {
    const paths = places.filter(test);
    const [path] = paths;
    if (path !== undefined)
      return paths.length === 1 ? { state: 'found', path } : { state: 'several', paths };
  }
  return { state: 'missing' };
}

/** Every file and every folder, once. */
function placesOf(files: readonly string[]): string[] {
  const places = new Set<string>();
  for (const file of files)
    for (let at = file.indexOf('/'); ; at = file.indexOf('/', at + 1)) {
      places.add(at === -1 ? file : file.slice(0, at));
      if (at === -1) break;
    }
  return [...places].sort();
}

const exactly = (wanted: string) => (path: string) => path === wanted;

/** @param depth folders in front of what the pattern names */
function patternOf(wanted: string, depth: number): (path: string) => boolean {
  const namesOf = (text: string) => text.normalize('NFC').toLowerCase().split('/');
  const parts = namesOf(wanted);
  return (path) => {
    const names = namesOf(path).slice(depth);
    return names.length === parts.length && parts.every((part, at) => isLike(names[at] ?? '', part));
  };
}

/** Only the last star is ever tried anew: a regular expression with many of them would take for ever. */
function isLike(name: string, pattern: string): boolean {
  const [letters, wanted] = [[...name], [...pattern]];
  let [at, place, star, from] = [0, 0, -1, 0];
  while (at < letters.length) {
    if (wanted[place] === '*') {
      star = place++;
      from = at;
    } else if (wanted[place] === '?' || wanted[place] === letters[at]) {
      at += 1;
      place += 1;
    } else if (star >= 0) {
      from += 1;
      at = from;
      place = star + 1;
    } else return false;
  }
  while (wanted[place] === '*') place += 1;
  return place === wanted.length;
}

/** Paths of Windows beyond this many characters need their long form. */
const longestPath = 259;

/** `\\server\share\folder\file`, in its long form where Windows needs that (DIST-36). */
export function uncPath(share: string, path: string): string {
  const plain = `${share.replace(/[\\/]+$/, '')}\\${path}`.replaceAll('/', '\\');
  return plain.length > longestPath ? plain.replace(/^\\\\/, '\\\\?\\UNC\\') : plain;
}

/** A path as each reader has to get it (DIST-36). Null: it cannot be written there at all. */
export interface QuotedPath {
  readonly sh: string;
  readonly powershell: string;
  /** In a prompt; in a batch file a percent sign is written twice. */
  readonly cmd: string | null;
  /** As the value of a property such as PATCH=, whose quotes are part of it (AGENT-14). */
  readonly property: string | null;
}

export function quotedPath(path: string): QuotedPath {
  const hasQuote = path.includes('"');
  return {
    sh: `'${path.replaceAll("'", "'\\''")}'`,
    // It takes typographic quotes for its own.
    powershell: `'${path.replace(/['‘’‚‛]/g, '$&$&')}'`,
    // A backslash before the closing quote would keep it from closing.
    cmd: hasQuote ? null : `"${path.replace(/\\+$/, '$&$&')}"`,
    property: hasQuote || path.includes(';') ? null : `"${path}"`,
  };
}
