/** The arrows of ARCHITECTURE.md, guarded: over the real tree, and over small bad trees that each rule must refuse. */
import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { type Rule, rules } from './scripts/architecture/rules.ts';
import type { SourceFile } from './scripts/architecture/source-file.ts';

const root = import.meta.dirname;

async function readTree(): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  for await (const path of glob(['packages/*/src/**/*.{ts,tsx}', 'scripts/**/*.ts', 'bench/**/*.ts'], {
    cwd: root,
  })) {
    files.push({ path, text: await readFile(`${root}/${path}`, 'utf8') });
  }
  return files;
}

describe('the tree keeps the rule', async () => {
  const tree = await readTree();
  test('there is a tree', () => assert.ok(tree.some((file) => file.path === 'packages/domain/src/index.ts')));
  for (const [name, rule] of Object.entries<Rule>(rules)) {
    test(name, () => assert.deepEqual(rule(tree), []));
  }
});

/** By rule: sources that must break it (each gives at least one sentence), and sources that must not. */
const samples: Record<keyof typeof rules, { bad: Record<string, string>[]; good: Record<string, string>[] }> =
  {
    levelsPointDown: {
      bad: [
        { 'packages/domain/src/a.ts': `import { x } from '@tenkai/protocol';` },
        { 'packages/protocol/src/a.ts': `export * from '@tenkai/transfer';` },
        { 'packages/server/src/a.ts': `import type { x } from '@tenkai/agent/engine/run.ts';` },
        { 'packages/cli/src/a.ts': `const x = await import('@tenkai/server');` },
        { 'packages/console/src/a.tsx': `import '@tenkai/cli';` },
        { 'packages/agent/src/a.test.ts': `import { x } from "@tenkai/server";` },
        { 'packages/newcomer/src/a.ts': `import { x } from '@tenkai/domain';` },
      ],
      good: [
        {
          'packages/server/src/a.ts': `import { x } from '@tenkai/transfer'; import { y } from '@tenkai/domain';`,
        },
        { 'packages/server/src/a.ts': `// import { x } from '@tenkai/agent';\n/* from '@tenkai/cli' */` },
        {
          'packages/testkit/src/a.ts': `import { x } from '@tenkai/agent'; import { y } from '@tenkai/server';`,
        },
        { 'packages/domain/src/a.ts': `import { x } from './b.ts'; import { Type } from 'typebox';` },
      ],
    },
    testkitIsForTests: {
      bad: [
        { 'packages/server/src/a.ts': `import { x } from '@tenkai/testkit/builders.ts';` },
        { 'scripts/demo.ts': `import { x } from '@tenkai/testkit';` },
        { 'scripts/demo.ts': `import { x } from '../packages/testkit/src/builders.ts';` },
      ],
      good: [
        { 'packages/server/src/a.test.ts': `import { x } from '@tenkai/testkit';` },
        { 'packages/testkit/src/a.ts': `import { x } from '@tenkai/testkit/b.ts';` },
      ],
    },
    packagesByName: {
      bad: [{ 'packages/server/src/a.ts': `import { x } from '../../domain/src/index.ts';` }],
      good: [
        {
          'packages/server/src/kernel/a.ts': `import { x } from '../config.ts'; import p from '../../package.json';`,
        },
      ],
    },
    featuresByTheirDoor: {
      bad: [
        { 'packages/server/src/features/machines/a.ts': `import { x } from '../sites/sites.store.ts';` },
        { 'packages/server/src/app.ts': `import { x } from './features/sites/sites.ts';` },
      ],
      good: [
        {
          'packages/server/src/features/machines/a.ts': `import { x } from '../sites/index.ts'; import { y } from './machines.store.ts';`,
        },
        { 'packages/server/src/app.ts': `import { x } from './features/sites/index.ts';` },
      ],
    },
    noFeatureCycles: {
      bad: [
        {
          'packages/server/src/features/a/index.ts': `import { x } from '../b/index.ts';`,
          'packages/server/src/features/b/index.ts': `import { x } from './b.ts';`,
          'packages/server/src/features/b/b.ts': `import { x } from '../c/index.ts';`,
          'packages/server/src/features/c/c.ts': `import { x } from '../a/index.ts';`,
        },
      ],
      good: [
        {
          'packages/server/src/features/a/index.ts': `import { x } from '../b/index.ts'; import { y } from '../c/index.ts';`,
          'packages/server/src/features/b/index.ts': `import { x } from '../c/index.ts';`,
        },
      ],
    },
    noFileCycles: {
      bad: [
        {
          'packages/agent/src/a.ts': `import { b } from './engine/b.ts';`,
          'packages/agent/src/engine/b.ts': `import type { A } from '../a.ts';`,
        },
        {
          'packages/agent/src/a.ts': `const { b } = await import('./b.ts');`,
          'packages/agent/src/b.ts': `export * from './c.ts';`,
          'packages/agent/src/c.ts': `import { a } from './a.ts';`,
        },
      ],
      good: [
        {
          'packages/agent/src/a.ts': `import { b } from './b.ts'; import { c } from './c.ts';`,
          'packages/agent/src/b.ts': `import { c } from './c.ts';`,
          'packages/agent/src/a.test.ts': `import { a } from './a.ts';`,
          'packages/agent/src/c.ts': `import { x } from '@tenkai/domain';`,
        },
      ],
    },
    kernelKnowsNoFeature: {
      bad: [
        { 'packages/server/src/kernel/http/a.ts': `import type { x } from '../../features/users/index.ts';` },
      ],
      good: [{ 'packages/server/src/kernel/http/a.ts': `import { x } from '../clock.ts';` }],
    },
    domainStandsAlone: {
      bad: [
        { 'packages/domain/src/a.ts': `import { readFile } from 'node:fs/promises';` },
        { 'packages/domain/src/a.ts': `import x from 'fastify';` },
      ],
      good: [
        {
          'packages/domain/src/a.ts': `import { Type } from 'typebox'; import { Value } from 'typebox/value';`,
        },
        { 'packages/domain/src/a.test.ts': `import fc from 'fast-check'; import { test } from 'node:test';` },
      ],
    },
    domainIsPure: {
      bad: [
        'const at = Date.now();',
        'const at = new Date();',
        'const at = new Date;',
        'const at = Date();',
        'const n = Math.random();',
        'const id = crypto.randomUUID();',
        'export async function f() { return 1; }',
        'const f = async () => 1;',
        'const f = async x => x;',
        'for (const x of y) { await x; }',
        'setTimeout(() => {}, 1);',
        "const x = process.env['A'];",
        "fetch('x');",
        // biome-ignore lint/suspicious/noTemplateCurlyInString: a source with a template in it
        'const text = `at ${Date.now()}`;',
      ].map((text) => ({ 'packages/domain/src/a.ts': text })),
      good: [
        {
          'packages/domain/src/a.ts':
            'const at = new Date(millis); const day = new Date( year, 1 ).getUTCDay(); const u = Date.UTC(1);',
        },
        {
          'packages/domain/src/a.ts': `// Date.now() is the caller's\nconst text = 'we await Math.random()'; const processed = 1;`,
        },
        { 'packages/domain/src/a.test.ts': 'const n = Math.random();' },
        { 'packages/server/src/a.ts': 'const at = Date.now();' },
      ],
    },
    tablesHaveOneWriter: {
      bad: [
        {
          'packages/server/src/features/machines/machines.store.ts': `tx.sql.insertInto('sites_sites').values(x)`,
        },
        { 'packages/server/src/features/machines/machines.ts': `tx.sql.deleteFrom('machines_machines')` },
        {
          'packages/server/src/features/machines/list/machines.views.ts':
            'tx.run(`UPDATE machines_machines SET n = 1`)',
        },
        {
          'packages/server/src/features/machines/machines.store.ts':
            'tx.run(`\n  INSERT OR IGNORE INTO sites_sites VALUES (1)`)',
        },
        { 'packages/server/src/kernel/jobs.ts': `tx.run('DELETE FROM machines_machines')` },
        {
          'packages/server/src/kernel/jobs.ts': `tx.run('WITH b AS (SELECT 1) UPDATE machines_machines m SET n = 1')`,
        },
        { 'packages/server/src/app.ts': `tx.sql.updateTable('kernel_jobs')` },
      ],
      good: [
        {
          'packages/server/src/features/boot-images/boot-images.store.ts': `tx.sql.insertInto('boot_images_files')`,
        },
        {
          'packages/server/src/features/machines/inventory/software.store.ts':
            'tx.run(`update machines_software set n = 1`)',
        },
        {
          'packages/server/src/features/machines/list/machines.views.ts': `tx.sql.selectFrom('sites_sites')`,
        },
        {
          'packages/server/src/kernel/jobs.ts': `'DELETE FROM kernel_jobs'; 'INSERT INTO kernel_jobs (a) ON CONFLICT DO UPDATE SET a = 1'`,
        },
        { 'packages/server/src/migrations/0009-mend.ts': `'UPDATE machines_machines SET n = 1'` },
      ],
    },
    foldersHaveNames: {
      bad: [{ 'packages/server/src/utils/a.ts': '' }, { 'packages/console/src/shared/a.ts': '' }],
      good: [{ 'packages/server/src/kernel/a.ts': '' }],
    },
  };

const asFiles = (tree: Record<string, string>) =>
  Object.entries(tree).map(([path, text]) => ({ path, text }));

describe('the rule refuses what it forbids, and nothing else', () => {
  for (const [name, { bad, good }] of Object.entries(samples)) {
    const rule: Rule = rules[name as keyof typeof rules];
    test(name, () => {
      for (const tree of bad) assert.notDeepEqual(rule(asFiles(tree)), [], JSON.stringify(tree));
      for (const tree of good) assert.deepEqual(rule(asFiles(tree)), [], JSON.stringify(tree));
    });
  }
});
