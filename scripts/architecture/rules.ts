/** The arrows of ARCHITECTURE.md as rules over source files; each gives the sentences of what breaks it. */
import {
  actingCode,
  importsOf,
  isTest,
  packageOf,
  resolveImport,
  type SourceFile,
  withoutComments,
} from './source-file.ts';

export type Rule = (files: readonly SourceFile[]) => readonly string[];

const levels: Readonly<Record<string, number>> = {
  domain: 0,
  protocol: 1,
  transfer: 1,
  certificates: 1,
  server: 2,
  agent: 2,
  netboot: 2,
  console: 2,
  cli: 2,
  simulator: 2,
};

interface Arrow {
  readonly from: SourceFile;
  readonly to: string;
}

const arrowsOf = (files: readonly SourceFile[]): Arrow[] =>
  files.flatMap((from) =>
    importsOf(from.text).map((source) => ({ from, to: resolveImport(from.path, source) })),
  );

/** A package imports only packages of lower levels; so there is no cycle, and level 2 packages never meet. */
const levelsPointDown: Rule = (files) =>
  arrowsOf(files).flatMap(({ from, to }) => {
    const [importer, imported] = [packageOf(from.path), packageOf(to)];
    if (importer === undefined || imported === undefined || importer === imported) return [];
    if (importer === 'testkit' || imported === 'testkit') return [];
    const [above, below] = [levels[importer], levels[imported]];
    if (above === undefined) return [`${from.path}: package ${importer} has no level`];
    if (below !== undefined && below < above) return [];
    return [`${from.path}: ${importer} may not import ${imported} (${to})`];
  });

/** They write files that tests compare: the description of the API and the schema of both databases. */
const generators = ['scripts/openapi.ts', 'scripts/dump-schema.ts'];

/** What starts real servers and hosts is for tests. */
const testkitIsForTests: Rule = (files) =>
  arrowsOf(files)
    .filter(({ to }) => packageOf(to) === 'testkit')
    .filter(
      ({ from: { path } }) =>
        packageOf(path) !== 'testkit' &&
        !isTest(path) &&
        // A benchmark starts real servers and web servers, as a test does.
        !path.startsWith('bench/') &&
        !generators.includes(path),
    )
    .map(({ from, to }) => `${from.path}: only tests import testkit (${to})`);

const folderOf = (path: string) => /^packages\/[^/]+\//.exec(path)?.[0];

/** Another package is imported by its name: its place on disk is its own affair. */
const packagesByName: Rule = (files) =>
  files
    .filter((file) => folderOf(file.path) !== undefined)
    .flatMap((file) =>
      importsOf(file.text)
        .filter((source) => source.startsWith('.'))
        .filter((source) => folderOf(resolveImport(file.path, source)) !== folderOf(file.path))
        .map((source) => `${file.path}: leaves its package by a relative path (${source})`),
    );

// The console's pages are put together by its router, page by page; doors are the server's.
const featureOf = (path: string) => /^packages\/server\/src\/features\/([^/]+)\//.exec(path)?.[1];

/** A feature has one door. */
const featuresByTheirDoor: Rule = (files) =>
  arrowsOf(files)
    .filter(
      ({ from, to }) =>
        featureOf(to) !== undefined && featureOf(to) !== featureOf(from.path) && !isTest(from.path),
    )
    // What prepares tests and benchmarks may put rows where it needs them.
    .filter(({ from }) => packageOf(from.path) !== 'testkit' && !from.path.startsWith('bench/'))
    .filter(({ to }) => !/\/features\/[^/]+\/index\.tsx?$/.test(to))
    .map(({ from, to }) => `${from.path}: enters a feature by another way than its index.ts (${to})`);

/** Two features that need each other are one feature, or an event is missing. */
const noFeatureCycles: Rule = (files) => {
  const graph = new Map<string, Set<string>>();
  for (const { from, to } of arrowsOf(files.filter((file) => !isTest(file.path)))) {
    const [a, b] = [featureOf(from.path), featureOf(to)];
    if (a === undefined || b === undefined || a === b) continue;
    graph.set(a, (graph.get(a) ?? new Set()).add(b));
  }
  return cyclesOf(graph).map((cycle) => `features import each other: ${cycle.join(' -> ')}`);
};

/**
 * Files that import each other in a circle are one room with walls in it: what both need stands below both. Imports
 * of types and those that wait for their first use count, too.
 */
const noFileCycles: Rule = (files) => {
  const rooms = files.filter((file) => !isTest(file.path));
  const paths = new Set(rooms.map(({ path }) => path));
  const graph = new Map<string, Set<string>>();
  for (const { from, to } of arrowsOf(rooms)) {
    if (!paths.has(to)) continue;
    graph.set(from.path, (graph.get(from.path) ?? new Set()).add(to));
  }
  return cyclesOf(graph).map((cycle) => `files import each other: ${cycle.join(' -> ')}`);
};

/** Each cycle once, by depth-first search. */
function cyclesOf(graph: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  const done = new Set<string>();
  const cycles: string[][] = [];
  const visit = (node: string, path: readonly string[]) => {
    if (path.includes(node)) cycles.push([...path.slice(path.indexOf(node)), node]);
    if (path.includes(node) || done.has(node)) return;
    for (const next of graph.get(node) ?? []) visit(next, [...path, node]);
    done.add(node);
  };
  for (const node of graph.keys()) visit(node, []);
  return cycles;
}

/** Water and power know no noun. */
const kernelKnowsNoFeature: Rule = (files) =>
  arrowsOf(files)
    .filter(
      ({ from, to }) =>
        from.path.startsWith('packages/server/src/kernel/') &&
        !isTest(from.path) &&
        featureOf(to) !== undefined,
    )
    .map(({ from, to }) => `${from.path}: the kernel imports a feature (${to})`);

const isDomainRule = (file: SourceFile) => packageOf(file.path) === 'domain' && !isTest(file.path);

/** The rules that a customer could read aloud stand alone. */
const domainStandsAlone: Rule = (files) =>
  arrowsOf(files.filter(isDomainRule))
    .filter(({ to }) => packageOf(to) !== 'domain' && to !== 'typebox' && !to.startsWith('typebox/'))
    .map(({ from, to }) => `${from.path}: domain imports only typebox and itself (${to})`);

const impurities: readonly (readonly [RegExp, string])[] = [
  [/\bDate\.now\b/, 'the clock (Date.now)'],
  [/\bnew\s+Date\s*(?:\(\s*\)|(?!\s*[\w(]))/, 'the clock (new Date())'],
  [/(?<!\bnew\s)(?<![.\w])Date\s*\(/, 'the clock (Date())'],
  [/\bperformance\.now\b/, 'the clock (performance.now)'],
  [/\bMath\.random\b/, 'chance (Math.random)'],
  [/\bcrypto\b\s*\./, 'chance or work (crypto)'],
  [/\bawait\b/, 'waiting (await)'],
  [/\basync\b\s*(?:\(|function|\w+\s*=>|\*)/, 'waiting (async)'],
  [/\b(?:setTimeout|setInterval|setImmediate|queueMicrotask)\s*\(/, 'waiting (a timer)'],
  [/\bprocess\s*\./, 'the process'],
  [/\bfetch\s*\(/, 'the network (fetch)'],
];

/** Pure in the middle: no clock, no chance, no waiting. */
const domainIsPure: Rule = (files) =>
  files.filter(isDomainRule).flatMap((file) => {
    const code = actingCode(file.text);
    return impurities
      .filter(([pattern]) => pattern.test(code))
      .map(([, what]) => `${file.path}: domain touches ${what}`);
  });

const writes = [
  /\b(?:insertInto|updateTable|deleteFrom|replaceInto|mergeInto)\(\s*['"`](\w+)/g,
  /\b(?:insert\s+(?:or\s+\w+\s+)?into|replace\s+into|delete\s+from|merge\s+into|truncate\s+table)\s+"?(\w+)/gi,
  /\bupdate\s+(?:or\s+\w+\s+)?"?(?!set\b)(\w+)"?(?:\s+(?:as\s+)?\w+)?\s+set\b/gi,
];

/** One writer per table: the store of the feature whose name the table carries; the kernel writes kernel_ tables. */
const tablesHaveOneWriter: Rule = (files) =>
  files.filter(mayNotWriteEverything).flatMap((file) => {
    const code = withoutComments(file.text);
    const tables = new Set(
      writes.flatMap((pattern) => [...code.matchAll(pattern)].map((match) => match[1]?.toLowerCase() ?? '')),
    );
    return [...tables]
      .filter((table) => !isOwnTable(file.path, table))
      .map((table) => `${file.path}: may not write ${table}`);
  });

// Migrations make and mend every table; tests put rows where they need them.
const mayNotWriteEverything = ({ path }: SourceFile) =>
  packageOf(path) === 'server' && !isTest(path) && !path.includes('/migrations/');

function isOwnTable(path: string, table: string): boolean {
  if (path.startsWith('packages/server/src/kernel/')) return table.startsWith('kernel_');
  const feature = featureOf(path)?.replaceAll('-', '_');
  if (feature === undefined || !path.endsWith('.store.ts')) return false;
  return table === feature || table.startsWith(`${feature}_`);
}

const emptyWords = /\/(?:utils?|common|shared|helpers?|types|misc)\//;

/** A folder's name says what lives there. */
const foldersHaveNames: Rule = (files) =>
  files
    .filter(({ path }) => emptyWords.test(`/${path}`))
    .map(({ path }) => `${path}: the folder's name says nothing`);

/** Every rule by its name. */
export const rules = {
  levelsPointDown,
  testkitIsForTests,
  packagesByName,
  featuresByTheirDoor,
  noFeatureCycles,
  noFileCycles,
  kernelKnowsNoFeature,
  domainStandsAlone,
  domainIsPure,
  tablesHaveOneWriter,
  foldersHaveNames,
} as const satisfies Record<string, Rule>;
