/**
 * Builds the console into packages/console/dist and compresses each file once, with Brotli and gzip, so that the
 * server has nothing to compress: it sends `<file>.br` or `<file>.gz` where the browser accepts one.
 */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { build } from 'vite';

const consoleDir = join(import.meta.dirname, '../packages/console');
const outDir = join(consoleDir, 'dist');
const compressible = /\.(js|css|html|svg|json|webmanifest)$/;
const smallestWorthwhileBytes = 512;

/** Replaces packages/console/dist by a fresh build; says how large it is. */
export async function buildConsole(): Promise<{ outDir: string; plainBytes: number; brotliBytes: number }> {
  // React and the component library leave out their checks for developers.
  process.env.NODE_ENV = 'production';
  await rm(outDir, { recursive: true, force: true });
  await build({ configFile: join(consoleDir, 'vite.config.ts'), mode: 'production', logLevel: 'warn' });
  const total = { plainBytes: 0, brotliBytes: 0 };
  for (const entry of await readdir(outDir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !compressible.test(entry.name)) continue;
    const sizes = await compress(join(entry.parentPath, entry.name));
    total.plainBytes += sizes.plain;
    total.brotliBytes += sizes.brotli;
  }
  return { outDir, ...total };
}

async function compress(path: string): Promise<{ plain: number; brotli: number }> {
  const plain = await readFile(path);
  if (plain.length < smallestWorthwhileBytes) return { plain: plain.length, brotli: plain.length };
  const brotli = await promisify(brotliCompress)(plain, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
    },
  });
  await writeFile(`${path}.br`, brotli);
  await writeFile(`${path}.gz`, await promisify(gzip)(plain, { level: 9 }));
  return { plain: plain.length, brotli: brotli.length };
}

function kib(bytes: number): number {
  return Math.round(bytes / 1024);
}

if (import.meta.main) {
  const { plainBytes, brotliBytes } = await buildConsole();
  console.log(`console: ${kib(plainBytes)} KiB, ${kib(brotliBytes)} KiB with Brotli, in ${outDir}`);
}
