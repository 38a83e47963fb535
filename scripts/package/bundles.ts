import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { buildConsole } from '../build-console.ts';

const root = resolve(import.meta.dirname, '../..');

/** Programs that ship as one file each: name of the file, and where it begins. */
const programs = {
  server: { entry: 'packages/server/src/main.ts', file: 'tenkai-server.mjs' },
  cli: { entry: 'packages/cli/src/main.ts', file: 'tenkai.mjs' },
  // The command line starts it from the folder in which it lies itself.
  simulator: { entry: 'packages/simulator/src/main.ts', file: 'tenkai-simulator.mjs' },
  agent: { entry: 'packages/agent/src/main.ts', file: 'tenkai-agent.mjs' },
  // The agent's service starts it from the folder in which it lies itself.
  engine: { entry: 'packages/agent/src/engine/main.ts', file: 'engine.mjs' },
} as const;
export type Program = keyof typeof programs;

/**
 * CommonJS parts of the bundle (pino, ws) ask for Node's own modules by `require`. Under a name of its own: a bundled
 * module (koffi) may import the same one.
 */
const banner =
  "import { createRequire as requireOfBundle } from 'node:module'; const require = requireOfBundle(import.meta.url);";

/**
 * Bundles one program into `dir`: 400 modules as sources cost 100 ms and 35 MB more at each start.
 * @param version that it says it is; absent: the one of its sources
 */
export async function bundle(program: Program, dir: string, version?: string): Promise<string> {
  const { entry, file } = programs[program];
  await mkdir(dir, { recursive: true });
  const outfile = join(dir, file);
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // Its version is in its first line, as a program of Windows has it in a resource: patches compare it.
    banner: { js: `// ${file.replace('.mjs', '')} ${version ?? (await ownVersion())}\n${banner}` },
    // Native bindings that pg loads where they are installed; here they never are.
    external: ['pg-native', 'koffi'],
    legalComments: 'linked',
    // Of a comment with one Japanese word in it the whole text would lie in memory with two bytes for each character.
    minifyWhitespace: true,
    lineLimit: 160,
    logLevel: 'warning',
    plugins: [builtinsAsTheyAre, ...(version === undefined ? [] : [withVersion(version)])],
  });
  return outfile;
}

/**
 * `import … from 'node:http'` reads each of its exports once, also those behind getters: for `WebSocket` Node loads its
 * whole fetch, for another HTTP/2 and its streams, 6 MB that no program of ours uses. `require` reads none.
 */
const builtinsAsTheyAre: Plugin = {
  name: 'builtins-as-they-are',
  setup({ onResolve, onLoad }) {
    const namespace = 'builtin';
    onResolve({ filter: /^node:/ }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, namespace } : undefined,
    );
    onLoad({ filter: /^node:/, namespace }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)})`,
    }));
  },
};

async function ownVersion(): Promise<string> {
  const manifest = await readFile(join(root, 'packages/agent/package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

/** A program says the version of the package in which it ships. */
function withVersion(version: string): Plugin {
  return {
    name: 'version',
    setup({ onLoad }) {
      onLoad({ filter: /\/packages\/(server|agent|cli)\/package\.json$/ }, async ({ path }) => {
        const manifest = JSON.parse(await readFile(path, 'utf8')) as object;
        return { loader: 'json', contents: JSON.stringify({ ...manifest, version }) };
      });
    },
  };
}

/** The built console; built anew unless what lies there is good enough. */
export async function copyConsole(dir: string, { mayBeOld }: { mayBeOld: boolean }): Promise<void> {
  const built = join(root, 'packages/console/dist');
  if (!mayBeOld || !existsSync(join(built, 'index.html'))) await buildConsole();
  await rm(dir, { recursive: true, force: true });
  await cp(built, dir, { recursive: true });
}
