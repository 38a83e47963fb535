import { createHash } from 'node:crypto';
import { glob, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../../../../..');

/** What all packages are made from, and somewhat more. */
const shared = [
  'packages/*/package.json',
  'packages/*/src/**/*.ts',
  'scripts/**/*',
  'package-lock.json',
  'package.json',
  'CHANGELOG.md',
  'LICENSE',
];
/** The server also has the console, as it was built last. */
const ofServer = ['packages/console/dist/**/*', 'packages/server/src/**/*', 'packages/console/src/**/*'];
const isForTests = (path: string) => /(?:\.test\.tsx?|-for-test\.ts)$/.test(path);
const isNoSource = (path: string) =>
  /^packages\/testkit\/|^scripts\/(test-run|mutants|bench|demo|architecture)\//.test(path) ||
  isForTests(path);
const isServerOnly = (path: string) => /^packages\/(console|server)\/(?!package\.json)/.test(path);

/** Twelve characters that change with anything that a package of this checkout is made from. */
export async function sourceKey(name: 'agent' | 'server'): Promise<string> {
  const paths: string[] = [];
  const patterns = name === 'server' ? [...shared, ...ofServer] : shared;
  for await (const entry of glob(patterns, { cwd: root, withFileTypes: true }))
    if (entry.isFile()) paths.push(join(entry.parentPath, entry.name).slice(root.length + 1));
  const isWanted = (path: string) => !isNoSource(path) && (name === 'server' || !isServerOnly(path));
  const hash = createHash('sha256');
  for (const path of [...new Set(paths)].filter(isWanted).sort())
    hash.update(`${path}\0`).update(
      createHash('sha256')
        .update(await readFile(join(root, path)))
        .digest(),
    );
  return hash.digest('hex').slice(0, 12);
}
