import { open, readdir } from 'node:fs/promises';
import { basename, dirname, join, matchesGlob, resolve } from 'node:path';
import { Failure } from '@tenkai/domain/failure.ts';
import type { FoundFile, Hotfix, JudgedFile } from '@tenkai/domain/hotfix/index.ts';
import { reasonSentence } from '@tenkai/domain/reason.ts';
import { type Command, Option } from 'commander';
import { acting, type Cli, type Session } from '../../session.ts';
import type { Column } from '../../table.ts';
import { addPlaceCommands } from './hotfix-place.ts';
import { addShowCommands } from './hotfix-show.ts';

const several = (value: string, before: string[] = []) => [...before, value];

/** `tenkai hotfix`: works on files of this machine and asks no site. */
export function addHotfixCommands(program: Command, cli: Cli) {
  const noun = program
    .command('hotfix')
    .description('hotfixes of Configuration Manager 2007: their files and versions');
  noun
    .command('check')
    .description(
      'say whether a hotfix may be installed, and compare files with its table; status 1 where not',
    )
    .argument('<hotfix>', 'such as KB977203')
    .addOption(new Option('--level <level>', 'service level of the product').choices(['SP1', 'SP2']))
    .option('--installed <hotfix>', 'is installed already; may be repeated', several)
    .option('--folder <path>', 'compare the files in this folder and below')
    .action(acting(cli, check));
  addShowCommands(noun, cli);
  addPlaceCommands(noun, cli);
  noun
    .command('extract')
    .description("take the files out of a hotfix's MSI, as msiexec /a does; installs nothing")
    .argument(
      '<file or hotfix>',
      'MSI, pattern with * and ?, or id of a hotfix whose MSI lies in this folder',
    )
    .requiredOption('--to <folder>', 'new or empty folder')
    .option('--language <code>', 'such as ENU or JPN, where several lie here')
    .action(acting(cli, extract));
}

interface CheckOptions {
  readonly level?: string;
  readonly installed?: readonly string[];
  readonly folder?: string;
}

/** @throws Failure hotfix-not-applicable, hotfix-not-compliant, not-found */
async function check({ output, terminal, signal }: Session, id: string, options: CheckOptions) {
  const { findHotfix, hotfixId, hotfixRefusal, notCarriedOver, supersededBy, judgeFiles } = await import(
    '@tenkai/domain/hotfix/index.ts'
  );
  const hotfix = findHotfix(id);
  if (!hotfix) throw new Failure('not-found', { what: 'hotfix', id: hotfixId(id) });
  const { level = '', installed = [] } = options;
  const refusal = hotfixRefusal({ id, level, installed });
  const found =
    options.folder === undefined ? undefined : await foundIn(resolve(terminal.cwd, options.folder), signal);
  const judged = found && judgeFiles(tableOf(hotfix, level), found);
  const later = { supersededBy: supersededBy(id), notCarriedOver: notCarriedOver(id) };
  const answer = {
    id: hotfix.id,
    level: level || null,
    refusal,
    ...later,
    state: judged?.state ?? null,
    files: judged?.files ?? [],
  };
  output.result(answer, () =>
    [
      output.properties([
        ['Hotfix', `${hotfix.id}: ${hotfix.title}`],
        ['Needs', hotfix.requires.join(' or ')],
        ['Restart', hotfix.needsRestart ? 'yes' : 'no'],
        ['Superseded by', later.supersededBy.join(', ') || '-'],
        ['Not carried over', later.notCarriedOver.join(', ') || '-'],
        ['Applicable', refusal ? reasonSentence(refusal) : 'yes'],
        ...(judged ? [['Files', judged.state] as const] : []),
      ]),
      ...(judged ? [output.table(judged.files, columns, 'Its table is not known.')] : []),
    ].join('\n'),
  );
  if (judged && judged.state !== 'compliant')
    throw new Failure('hotfix-not-compliant', { id: hotfix.id, state: judged.state });
  if (!judged && refusal) throw new Failure('hotfix-not-applicable', { reason: reasonSentence(refusal) });
}

function tableOf({ id, files }: Hotfix, level: string) {
  const table = files[level];
  if (table) return table;
  const problem = `There is no file table of ${id} for level "${level}"; known: ${Object.keys(files).join(', ') || 'none'}.`;
  throw new Failure('usage-wrong', { problem, command: 'tenkai hotfix check' });
}

const columns: readonly Column<JudgedFile>[] = [
  { title: 'File', value: ({ name }) => name },
  { title: 'Platform', value: ({ platform }) => platform ?? '-' },
  { title: 'Wanted', value: ({ wanted }) => wanted ?? '-' },
  { title: 'Found', value: ({ found }) => found ?? '-' },
  {
    title: 'State',
    value: ({ state }) => state,
    paint: ({ state }, style) => (state === 'same' || state === 'newer' ? style.good : style.warn),
  },
];

/** Headers and version resources lie within; a program that is larger is read so far only. */
const mostBytes = 64 * 1024 * 1024;

async function foundIn(folder: string, signal: AbortSignal): Promise<FoundFile[]> {
  const { readPeFacts } = await import('@tenkai/domain/hotfix/pe-file.ts');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: FoundFile[] = [];
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    signal.throwIfAborted();
    const { bytes, sizeBytes } = await beginningOf(join(entry.parentPath, entry.name));
    const { platform = null, version = null } = readPeFacts(bytes) ?? {};
    found.push({ name: entry.name, sizeBytes, platform, version });
  }
  return found;
}

async function beginningOf(path: string) {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const bytes = Buffer.alloc(Math.min(size, mostBytes));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    return { bytes: bytes.subarray(0, bytesRead), sizeBytes: size };
  } finally {
    await file.close();
  }
}

interface ExtractOptions {
  readonly to: string;
  readonly language?: string;
}

async function extract(
  { output, terminal, signal }: Session,
  what: string,
  { to, language }: ExtractOptions,
) {
  const { extractMsi } = await import('../../msi-content.ts');
  const file = await msiOf(terminal.cwd, what, language);
  const folder = resolve(terminal.cwd, to);
  const content = await extractMsi(file, folder, signal);
  output.result({ file, folder, ...content }, () =>
    [
      output.properties([
        ['MSI', file],
        ['Product', `${content.properties.ProductName ?? '-'} ${content.properties.ProductVersion ?? ''}`],
        ['Folder', folder],
      ]),
      ...content.files.map(({ path }) => path),
    ].join('\n'),
  );
}

/** HOTFIX-14: the name differs with the language that was downloaded, so a pattern or an id finds it, too. */
async function msiOf(cwd: string, what: string, language: string | undefined): Promise<string> {
  const { hotfixId, parseArtefactName } = await import('@tenkai/domain/hotfix/index.ts');
  const isId = /^(kb)?\d{5,8}$/i.test(what);
  if (!isId && !/[*?]/.test(basename(what))) return resolve(cwd, what);
  const folder = isId ? cwd : resolve(cwd, dirname(what));
  const names = (await readdir(folder).catch(() => [])).filter((name) => {
    const artefact = parseArtefactName(name);
    const isAsked = language === undefined || artefact?.language === language.toUpperCase();
    if (!isId) return isAsked && matchesGlob(name, basename(what));
    return artefact?.kind === 'server' && artefact.hotfix === hotfixId(what) && isAsked;
  });
  const [name, ...others] = names.sort();
  const id = isId ? hotfixId(what) : what;
  if (name === undefined) throw new Failure('not-found', { what: 'MSI of hotfix', id });
  if (others.length === 0) return join(folder, name);
  const problem = `Several MSIs of ${id} lie here: ${names.join(', ')}. Name one, or its --language.`;
  throw new Failure('usage-wrong', { problem, command: 'tenkai hotfix extract' });
}
