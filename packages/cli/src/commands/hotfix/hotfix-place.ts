import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Failure } from '@tenkai/domain/failure.ts';
import type { Command } from 'commander';
import { acting, type Cli, type Session } from '../../session.ts';

/** `tenkai hotfix place` and `take-back`: what a hotfix of the old product leaves in the folder of its site server. */
export function addPlaceCommands(noun: Command, cli: Cli) {
  noun
    .command('place')
    .description(
      "put a hotfix's tools into Logs\\KB and its client patches into the client files, as at a site server",
    )
    .argument('<msi>', 'such as SCCM2007-SP2-KB977203-ENU.msi')
    .requiredOption('--to <folder>', 'installation folder of the site server')
    .option('--client <folder>', 'folder of the client files in it', 'Client')
    .action(acting(cli, place));
  noun
    .command('take-back')
    .description('take away what place has put there; files that were changed since stay')
    .argument('<hotfix>', 'such as KB977203')
    .requiredOption('--from <folder>', 'installation folder of the site server')
    .option('--keep-tools', 'leave the tools in Logs')
    .action(acting(cli, takeBack));
}

/** `kept-newer`: what lies there is newer and is never overwritten (HOTFIX-25). */
type Act = 'placed' | 'replaced' | 'same' | 'kept-newer';

interface Placed {
  /** Relative to the folder, with forward slashes. */
  readonly path: string;
  readonly kind: 'tool' | 'client-patch';
  readonly act: Act;
}

interface PlaceRecord {
  readonly files: readonly (Placed & { readonly sha256: string })[];
}

const recordOf = (folder: string, id: string) => join(folder, '.tenkai-hotfix', id);

/** @throws Failure not-found, already-exists where it was placed before, and as extractMsi */
async function place(
  { output, terminal, signal }: Session,
  msi: string,
  { to, client }: { to: string; client: string },
) {
  const { findHotfix, parseArtefactName } = await import('@tenkai/domain/hotfix/index.ts');
  const { extractMsi } = await import('../../msi-content.ts');
  const file = resolve(terminal.cwd, msi);
  const named = parseArtefactName(basename(file));
  const hotfix = named ? findHotfix(named.hotfix) : undefined;
  if (named?.kind !== 'server' || !hotfix)
    throw new Failure('not-found', { what: 'hotfix of', id: basename(file) });
  const folder = resolve(terminal.cwd, to);
  const kept = recordOf(folder, hotfix.id);
  if (existsSync(join(kept, 'record.json')))
    throw new Failure('already-exists', { what: 'placed hotfix', id: hotfix.id });
  await mkdir(join(kept, 'former'), { recursive: true });
  const work = await mkdtemp(join(kept, '.work-'));
  try {
    const { files } = await extractMsi(file, join(work, 'content'), signal);
    const tools = hotfix.tools.map((tool) => tool.toLowerCase());
    const placed: (Placed & { sha256: string })[] = [];
    for (const { path, sha256 } of files) {
      const name = basename(path);
      const artefact = parseArtefactName(name);
      const isPatch = artefact?.kind === 'client-patch' && artefact.hotfix === hotfix.id;
      if (!isPatch && !tools.includes(name.toLowerCase())) continue;
      const under = isPatch ? `${client}/i386/hotfix/${hotfix.id}` : `Logs/${hotfix.id}`;
      const target = `${under}/${name}`;
      const act = await put(join(work, 'content', path), join(folder, target), join(kept, 'former', name));
      placed.push({ path: target, kind: isPatch ? 'client-patch' : 'tool', act, sha256 });
    }
    await writeFile(
      join(kept, 'record.json'),
      `${JSON.stringify({ files: placed } satisfies PlaceRecord, null, 2)}\n`,
    );
    output.result({ id: hotfix.id, files: placed }, () =>
      placed.map(({ act, path }) => `${act}  ${path}`).join('\n'),
    );
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function put(source: string, target: string, former: string): Promise<Act> {
  const { mayReplace } = await import('@tenkai/domain/hotfix/judge-files.ts');
  const { readPeFacts } = await import('@tenkai/domain/hotfix/pe-file.ts');
  const bytes = await readFile(source);
  const there = await readFile(target).catch(() => undefined);
  if (there?.equals(bytes)) return 'same';
  const facts = (content: Buffer) => readPeFacts(content) ?? { version: null, platform: null };
  if (there) {
    const found = { name: basename(target), sizeBytes: there.length, ...facts(there) };
    if (!mayReplace({ version: facts(bytes).version }, found)) return 'kept-newer';
    await copyFile(target, former);
  }
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, bytes);
  return there ? 'replaced' : 'placed';
}

/** @throws Failure not-found */
async function takeBack(
  { output, terminal }: Session,
  text: string,
  { from, keepTools = false }: { from: string; keepTools?: boolean },
) {
  const { hotfixId } = await import('@tenkai/domain/hotfix/index.ts');
  const { createHash } = await import('node:crypto');
  const id = hotfixId(text);
  if (!/^KB\d{5,8}$/.test(id)) throw new Failure('not-found', { what: 'hotfix', id });
  const folder = resolve(terminal.cwd, from);
  const kept = recordOf(folder, id);
  const record = await readFile(join(kept, 'record.json'), 'utf8').catch(() => undefined);
  if (record === undefined) throw new Failure('not-found', { what: 'placed hotfix', id });
  const done: { path: string; act: 'removed' | 'restored' | 'left' }[] = [];
  for (const { path, kind, act, sha256 } of (JSON.parse(record) as PlaceRecord).files) {
    const target = join(folder, path);
    const there = await readFile(target).catch(() => undefined);
    const isOurs = there !== undefined && createHash('sha256').update(there).digest('hex') === sha256;
    const mayGo = isOurs && (act === 'placed' || act === 'replaced') && !(kind === 'tool' && keepTools);
    if (mayGo && act === 'replaced') await copyFile(join(kept, 'former', basename(path)), target);
    else if (mayGo) {
      await rm(target);
      // Folders that are empty now were made for it.
      await rmdir(dirname(target)).catch(() => undefined);
    }
    done.push({ path, act: !mayGo ? 'left' : act === 'replaced' ? 'restored' : 'removed' });
  }
  await rm(kept, { recursive: true });
  await rmdir(dirname(kept)).catch(() => undefined);
  output.result({ id, files: done }, () => done.map(({ act, path }) => `${act}  ${path}`).join('\n'));
}
