/** Where this machine gets its Debian from, read from its own apt sources: the hosts of the tests come from there. */
import { existsSync, globSync, readFileSync } from 'node:fs';

export interface AptMirror {
  readonly uri: string;
  /** Code name of the release: `bookworm`. */
  readonly suite: string;
}

/** The mirror of this machine's own release; undefined where it has none. */
export function findAptMirror(): AptMirror | undefined {
  const suite = /^VERSION_CODENAME=["']?(\w+)/m.exec(read('/etc/os-release'))?.[1];
  if (!suite) return undefined;
  const files = ['/etc/apt/sources.list', ...globSync('/etc/apt/sources.list.d/*.{list,sources}')];
  const uris = files.map((file) => {
    const text = read(file);
    return file.endsWith('.sources') ? mirrorInStanzas(text, suite) : mirrorInLines(text, suite);
  });
  const uri = uris.find((found) => found !== undefined);
  return uri === undefined ? undefined : { uri, suite };
}

const read = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : '');

/** The first mirror with the suite's `main` in a deb822 file (sources.list(5)). */
export function mirrorInStanzas(text: string, suite: string): string | undefined {
  const stanzas = text.split(/\n\s*\n/).map((stanza) => (name: string) => field(stanza, name));
  const stanza = stanzas.find(
    (get) =>
      get('Types').includes('deb') &&
      get('Suites').includes(suite) &&
      get('Components').includes('main') &&
      get('Enabled')[0] !== 'no',
  );
  return stanza?.('URIs').find(isUsable);
}

const field = (stanza: string, name: string) =>
  new RegExp(`^${name}:\\s*(.*)$`, 'im').exec(stanza)?.[1]?.trim().split(/\s+/) ?? [];

/** The first mirror with the suite's `main` in one-line style (sources.list(5)). */
export function mirrorInLines(text: string, suite: string): string | undefined {
  const lines = text
    .split('\n')
    .map((line) => /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+(.*)$/.exec(line));
  const line = lines.find(
    (match) => match?.[2] === suite && match[3]?.split(/\s+/).includes('main') && isUsable(match[1] ?? ''),
  );
  return line?.[1];
}

const isUsable = (uri: string) => /^(?:https?|file):/.test(uri);
