import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { additions, packageCode } from './additions.ts';
import { idOf, type MsiContent, wixSource } from './source.ts';

const run = promisify(execFile);
const limitMs = 10 * 60_000;

/**
 * Makes the package with wixl and msibuild (msitools) and returns its path in `outDir`. The same content gives a package
 * with the same codes.
 * @throws Error with the words of the tool that failed
 */
export async function makeMsi(content: MsiContent, work: string, outDir: string): Promise<string> {
  const unfinished = join(work, 'agent.msi');
  const ids = { service: idOf(content.serviceFile), node: idOf('node.exe'), agent: idOf('tenkai-agent.mjs') };
  const statements = additions(ids);
  // wixl(1) takes some of the paths as relative ones only.
  await writeFile(join(work, 'agent.wxs'), wixSource(withSources(content, (path) => relative(work, path))));
  await run('wixl', ['--arch', 'x64', '--output', unfinished, 'agent.wxs'], { timeout: limitMs, cwd: work });
  for (const statement of statements)
    await run('msibuild', [unfinished, '-q', statement], { timeout: limitMs });
  const code = packageCode(
    await digestOf(content, [wixSource(withSources(content, basename)), ...statements]),
  );
  const title = [`Tenkai Agent ${content.version}`, 'Tenkai', 'x64;1033', code];
  await run('msibuild', [unfinished, '-s', ...title], { timeout: limitMs });
  await mkdir(outDir, { recursive: true });
  const out = join(outDir, `tenkai-agent-${content.version}-x64.msi`);
  await rename(unfinished, out).catch(() => run('mv', [unfinished, out]));
  return out;
}

function withSources(content: MsiContent, place: (path: string) => string): MsiContent {
  const { files, propertiesLibrary, serviceProgram } = content;
  return {
    ...content,
    files: files.map(({ path, source }) => ({ path, source: place(source) })),
    propertiesLibrary: place(propertiesLibrary),
    serviceProgram: place(serviceProgram),
  };
}

async function digestOf(content: MsiContent, texts: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(texts));
  const files = [...content.files.map(({ source }) => source), content.propertiesLibrary];
  for (const file of files) for await (const part of createReadStream(file)) hash.update(part);
  return hash.digest('hex');
}
