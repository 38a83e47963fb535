/**
 * `npm run package:msp -- --msi FILE --id TK1001 --title TEXT --version 0.1.1`: the agent's programs of this checkout as a
 * patch for that package, dist/tenkai-agent-VERSION-ID.msp, with the version that they say; and beside it what a site has
 * to sign, for `tenkai agent patch sign`.
 */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type AgentPatch, agentLineOf } from '@tenkai/domain/agent-patch/agent-patch.ts';
import { tableFileOf } from '@tenkai/protocol/agent/msp.ts';
import { type MadeMsp, makeMsp } from './msi/make-msp.ts';
import { isProductVersion } from './msi/product.ts';
import { bundle } from './package/bundles.ts';
import { writeSums } from './package/sums.ts';

const root = resolve(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    msi: { type: 'string' },
    id: { type: 'string' },
    title: { type: 'string' },
    version: { type: 'string' },
    out: { type: 'string', default: join(root, 'dist') },
  },
});
const { msi = '', id = '', title = '', version = '' } = values;
const from = /^tenkai-agent-(.+)-x64\.msi$/.exec(basename(msi))?.[1];
// As patches for Linux have it: letters and a number, so that a path and a list of patches can hold it.
if (!from || !/^[A-Z]{2,8}\d{3,8}$/.test(id) || title === '' || !isProductVersion(version)) {
  console.error('Give --msi tenkai-agent-VERSION-x64.msi, --id such as TK1001, --title and --version 1.2.3.');
  process.exit(2);
}
const work = await mkdtemp(join(tmpdir(), 'tenkai-msp-'));
try {
  await mkdir(resolve(values.out), { recursive: true });
  const files = [
    { path: 'tenkai-agent.mjs', source: await bundle('agent', work, version) },
    { path: 'engine.mjs', source: await bundle('engine', work, version) },
  ];
  const out = join(resolve(values.out), `tenkai-agent-${from}-${id}.msp`);
  const made = await makeMsp({ id, title, version, msi: resolve(msi), files }, work, out);
  await writeFile(tableFileOf(out), `${JSON.stringify(await tableOf(made, files), null, 2)}\n`);
  console.log(out);
  await writeSums(resolve(values.out));
} finally {
  await rm(work, { recursive: true, force: true });
}

interface BundledProgram {
  readonly path: string;
  readonly source: string;
}

/** All that the patch says of itself but when it was signed. */
async function tableOf(
  { product, code, bytes }: MadeMsp,
  programs: readonly BundledProgram[],
): Promise<Omit<AgentPatch, 'madeAt'>> {
  const known = (content: Buffer) => ({
    sizeBytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
  });
  const files = programs.map(async ({ path, source }) => ({
    name: path,
    version,
    ...known(await readFile(source)),
  }));
  return {
    ...{
      format: 1,
      id,
      title,
      symptom: '',
      // That of the package which it is for: a patch changes files, and not the line.
      line: agentLineOf(from ?? version),
      system: 'windows',
      architecture: 'x64',
    },
    ...{
      replaces: [],
      requires: [],
      files: await Promise.all(files),
      msp: { product, code, ...known(bytes) },
    },
  };
}
