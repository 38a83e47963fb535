import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Failure } from '@tenkai/domain/failure.ts';
import type { Fleet, Hotfix, HotfixFile, RollOut, RollOutItem } from '@tenkai/domain/hotfix/index.ts';
import { reasonSentence } from '@tenkai/domain/reason.ts';
import { type Command, Option } from 'commander';
import { acting, type Cli, type Session } from '../../session.ts';
import type { Column } from '../../table.ts';

export function addShowCommands(noun: Command, cli: Cli) {
  noun
    .command('list')
    .description('the hotfixes that are known, with their service levels and what supersedes them')
    .action(acting(cli, list));
  noun
    .command('show')
    .description('what is known about a hotfix; with a level its files and the parts that they touch')
    .argument('<hotfix>', 'such as KB977203')
    .addOption(new Option('--level <level>', 'service level of the product').choices(['SP1', 'SP2']))
    .action(acting(cli, show));
  noun
    .command('plan')
    .description(
      'who gets a hotfix now: site servers, then clients, then their certificates; status 1 until all is done',
    )
    .argument('<hotfix>', 'such as KB977203')
    .requiredOption('--fleet <file>', 'JSON with the arrays sites and clients')
    .addHelpText('after', fleetHelp)
    .action(acting(cli, plan));
}

const fleetHelp = `
The file:
  {"sites":   [{"code": "TK1", "level": "SP2", "installed": ["KB977203"]}],
   "clients": [{"name": "pc-17", "site": "TK1", "level": "SP2", "installed": [], "badCertificates": 1}]}
badCertificates: what tenkai certfix --dry-run --json says of that machine (repaired); null: nobody has looked.`;

const listColumns: readonly Column<Hotfix & { readonly supersededBy: readonly string[] }>[] = [
  { title: 'Hotfix', value: ({ id }) => id },
  { title: 'Levels', value: ({ requires }) => requires.join(', ') },
  { title: 'Superseded by', value: ({ supersededBy }) => supersededBy.join(', ') || '-' },
  { title: 'To be had by', value: acquisitionText },
  { title: 'Title', value: ({ title }) => title, shrinks: true },
];

async function list({ output }: Session) {
  const { hotfixes, supersededBy } = await import('@tenkai/domain/hotfix/index.ts');
  const known = hotfixes.map((hotfix) => ({ ...hotfix, supersededBy: supersededBy(hotfix.id) }));
  const shown = known.map(({ files: _, ...hotfix }) => hotfix);
  output.result(shown, () => output.table(known, listColumns, 'None is known.'));
}

/** @throws Failure not-found */
async function show({ output }: Session, id: string, { level }: { readonly level?: string }) {
  const { findHotfix, hotfixId, rolesOf, supersededBy, notCarriedOver } = await import(
    '@tenkai/domain/hotfix/index.ts'
  );
  const hotfix = findHotfix(id);
  if (!hotfix) throw new Failure('not-found', { what: 'hotfix', id: hotfixId(id) });
  const { files: tables, ...known } = hotfix;
  const files = level === undefined ? [] : (tables[level] ?? []);
  const roles = level === undefined ? [] : rolesOf(hotfix, level);
  const more = { supersededBy: supersededBy(id), notCarriedOver: notCarriedOver(id), roles, files };
  const list = (values: readonly string[]) => values.join(', ') || '-';
  output.result({ ...known, ...more }, () =>
    [
      output.properties([
        ['Hotfix', `${hotfix.id}: ${hotfix.title}`],
        ['Symptom', hotfix.symptom || '-'],
        ['Cause', hotfix.cause || '-'],
        ['Resolution', hotfix.resolution],
        ['Needs', hotfix.requires.join(' or ')],
        ['Restart', hotfix.needsRestart ? 'yes' : 'no'],
        ['Replaces', list(hotfix.replaces)],
        ['Superseded by', list(more.supersededBy)],
        ['Not carried over', list(more.notCarriedOver)],
        ['To be had', acquisitionText(hotfix)],
        ...(level === undefined ? [] : [['Touches', list(roles)] as const]),
      ]),
      ...(level === undefined ? [] : [output.table(files, columns, 'Its table is not known.')]),
    ].join('\n'),
  );
}

/** HOTFIX-10: as a download where the article offers one, else by a request to the support. */
export function acquisitionText({
  acquisition,
  languages,
}: Pick<Hotfix, 'acquisition' | 'languages'>): string {
  const how = acquisition === 'downloadable' ? 'download' : 'by request to the support';
  return `${how}, ${languages.join(', ')}`;
}

/** HOTFIX-15: tables have UTC; shown is the time of the place, summer time included. */
export function writtenText({ writtenAt, rawDate }: Pick<HotfixFile, 'writtenAt' | 'rawDate'>): string {
  if (writtenAt === null) return `${rawDate ?? '-'} (unreadable)`;
  const options = { dateStyle: 'short', timeStyle: 'long' } as const;
  return new Intl.DateTimeFormat('sv-SE', options).format(new Date(writtenAt));
}

const columns: readonly Column<HotfixFile>[] = [
  { title: 'File', value: ({ name }) => name },
  { title: 'Version', value: ({ version }) => version ?? '-' },
  { title: 'Bytes', value: ({ sizeBytes }) => String(sizeBytes) },
  { title: 'Written', value: writtenText },
  { title: 'Platform', value: ({ platform }) => platform ?? '-' },
];

/** @throws Failure file-unreadable, not-found, hotfix-not-everywhere */
async function plan({ output, terminal }: Session, id: string, { fleet: file }: { readonly fleet: string }) {
  const { currentPhase, findHotfix, hotfixId, planRollOut } = await import('@tenkai/domain/hotfix/index.ts');
  const hotfix = findHotfix(id);
  if (!hotfix) throw new Failure('not-found', { what: 'hotfix', id: hotfixId(id) });
  const phases = planRollOut(id, await readFleet(resolve(terminal.cwd, file)));
  const phase = currentPhase(phases);
  const rows = rowsOf(phases);
  output.result({ id: hotfix.id, phase, ...phases }, () =>
    [
      output.table(rows, planColumns, 'The list is empty.'),
      phase === null ? `${hotfix.id} is everywhere.` : `Now: ${phase}`,
    ].join('\n'),
  );
  if (phase === null) return;
  const left = rows.filter(({ state }) => state === 'to-do' || state === 'blocked').length;
  throw new Failure('hotfix-not-everywhere', { id: hotfix.id, phase, left });
}

interface PlanRow extends RollOutItem {
  readonly phase: keyof RollOut;
}

const rowsOf = (phases: RollOut): PlanRow[] =>
  (['sites', 'clients', 'certificates'] as const).flatMap((phase) =>
    phases[phase].map((item) => ({ ...item, phase })),
  );

const planColumns: readonly Column<PlanRow>[] = [
  { title: 'Phase', value: ({ phase }) => phase },
  { title: 'Name', value: ({ name }) => name },
  {
    title: 'State',
    value: ({ state }) => state,
    paint: ({ state }, style) => (state === 'to-do' || state === 'blocked' ? style.warn : style.good),
  },
  { title: 'Why', value: ({ reason }) => (reason ? reasonSentence(reason) : '') },
];

/** @throws Failure file-unreadable */
async function readFleet(path: string): Promise<Fleet> {
  const refuse = (reason: string): never => {
    throw new Failure('file-unreadable', { path, reason });
  };
  const text = await readFile(path, 'utf8').catch((error: Error) => refuse(error.message));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse('it is not JSON');
  }
  return isFleet(value) ? value : refuse('it has not the form that tenkai hotfix plan --help shows');
}

function isFleet(value: unknown): value is Fleet {
  const { sites, clients } = Object(value) as Record<string, unknown>;
  const all = (list: unknown, is: (one: Record<string, unknown>) => boolean) =>
    Array.isArray(list) && list.every((one) => is(Object(one) as Record<string, unknown>));
  const isMachine = (one: Record<string, unknown>) =>
    typeof one.level === 'string' && all(one.installed, () => true) && isTexts(one.installed);
  const isCount = (count: unknown) => count === null || (Number.isSafeInteger(count) && Number(count) >= 0);
  return (
    all(sites, (one) => typeof one.code === 'string' && isMachine(one)) &&
    all(clients, (one) => isMachine(one) && isTexts([one.name, one.site]) && isCount(one.badCertificates))
  );
}

const isTexts = (list: unknown) => Array.isArray(list) && list.every((one) => typeof one === 'string');
