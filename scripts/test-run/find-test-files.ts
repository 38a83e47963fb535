/** Which test files there are, and which of them need hosts. */
import { glob } from 'node:fs/promises';

const patterns = [
  '*.test.ts',
  'scripts/**/*.test.ts',
  'bench/**/*.test.ts',
  'packages/*/src/**/*.test.ts',
  'packages/*/src/**/*.test.tsx',
];

/** `hosts`: files that start real hosts, virtual machines or a browser (`*.host.test.ts`); a few run at a time (`lanes.ts`). */
export interface TestFiles {
  readonly light: readonly string[];
  readonly hosts: readonly string[];
}

/**
 * @param filters parts of paths; a file is taken when its path contains one of them, or when there are none.
 */
export async function findTestFiles(root: string, filters: readonly string[]): Promise<TestFiles> {
  const files: string[] = [];
  for await (const file of glob(patterns, { cwd: root, exclude: ['**/node_modules/**', '**/dist/**'] }))
    files.push(file);
  const taken = files
    .filter((file) => filters.length === 0 || filters.some((part) => file.includes(part)))
    .sort();
  const isHost = (file: string) => file.endsWith('.host.test.ts');
  return { light: taken.filter((file) => !isHost(file)), hosts: taken.filter(isHost) };
}
