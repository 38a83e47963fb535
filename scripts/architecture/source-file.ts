/** A TypeScript source as the architecture rules see it: where it is, what it imports, and its code without comments. */

export interface SourceFile {
  /** From the root of the project, with slashes. */
  readonly path: string;
  readonly text: string;
}

const stringOrComment =
  /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
const importSource = /(?:\bfrom\s*|\bimport\s*\(?\s*|\bimport\.meta\.resolve\(\s*)(['"])([^'"\n]+)\1/g;

/** The code with comments blanked out. */
export function withoutComments(text: string): string {
  return text.replaceAll(stringOrComment, (match) => (match.startsWith('/') ? ' ' : match));
}

/** The code with comments and the contents of strings blanked out: what can act. */
export function actingCode(text: string): string {
  return text.replaceAll(stringOrComment, (match) => (match.startsWith('`') ? templateCode(match) : "''"));
}

// What stands in ${} acts.
const templateCode = (template: string) =>
  [...template.matchAll(/\$\{([^}]*)\}/g)].map((match) => match[1]).join(' ; ');

/** What the file names after `from`, `import` and `import.meta.resolve`, types included. */
export function importsOf(text: string): readonly string[] {
  return [...withoutComments(text).matchAll(importSource)].map((match) => match[2] ?? '');
}

/** Whether the file is a test, or by its name a part of tests. Tests may start other packages through testkit. */
export const isTest = (path: string) => /(?:\.test\.tsx?|-for-test\.ts)$/.test(path);

/** `server` for `packages/server/src/app.ts`; undefined outside the packages. */
export const packageOf = (path: string) => /^packages\/([^/]+)\/src\//.exec(path)?.[1];

/**
 * The file or package that an import names: a path from the root for relative imports, `@tenkai/server/...` turned
 * into `packages/server/src/...`, anything else as it is.
 */
export function resolveImport(from: string, source: string): string {
  const own = /^@tenkai\/([^/]+)(?:\/(.*))?$/.exec(source);
  if (own) return `packages/${own[1]}/src/${own[2] ?? 'index.ts'}`;
  if (!source.startsWith('.')) return source;
  const parts = from.split('/').slice(0, -1);
  for (const part of source.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}
