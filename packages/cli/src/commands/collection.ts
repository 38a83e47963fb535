import { Failure, type MaintenanceWindow } from '@tenkai/domain';
import {
  type CollectionDraft,
  type CollectionRow,
  collectionRoutes,
} from '@tenkai/protocol/api/collections.ts';
import type { MachineRow } from '@tenkai/protocol/api/machines.ts';
import { windowRoutes } from '@tenkai/protocol/api/windows.ts';
import type { Client } from '@tenkai/protocol/client.ts';
import type { Command } from 'commander';
import { countText, timeText } from '../format.ts';
import { allPages } from '../pages.ts';
import { pick } from '../pick.ts';
import { confirm } from '../prompt.ts';
import { readJson } from '../read-file.ts';
import { acting, type Cli, type Session } from '../session.ts';
import type { Column } from '../table.ts';
import { findMachine } from './machine/find-machine.ts';

interface DraftOptions {
  readonly from?: string;
  readonly name?: string;
  readonly description?: string;
  readonly query?: string[];
  readonly machine?: string[];
  readonly include?: string[];
  readonly exclude?: string[];
  readonly limit?: string;
}

export function addCollectionCommands(program: Command, cli: Cli) {
  const noun = program.command('collection').description('sets of machines by rule or by name');
  addDraftOptions(noun.command('create'))
    .description('make a collection')
    .addHelpText('after', createExamples)
    .action(acting(cli, createCollection));
  addDraftOptions(noun.command('modify'))
    .description('change a collection; rules that are named replace all of them')
    .argument('<collection>', 'name or id')
    .action(acting(cli, modifyCollection));
  addDraftOptions(noun.command('preview'))
    .description('tell which machines a collection would have')
    .argument('[collection]', 'name or id of an existing one: tells what would change')
    .action(acting(cli, previewCollection));
  noun.command('list').description('list collections').action(acting(cli, listCollections));
  noun
    .command('show')
    .description('show a collection with its rules')
    .argument('<collection>', 'name or id')
    .action(acting(cli, showCollection));
  noun
    .command('members')
    .description('list the machines of a collection')
    .argument('<collection>', 'name or id')
    .option('--search <words>', 'words of the machine name')
    .action(acting(cli, listMembers));
  noun
    .command('explain')
    .description('tell why a machine is, or is not, in a collection')
    .argument('<collection>', 'name or id')
    .argument('<machine>', 'name or id')
    .action(acting(cli, explain));
  noun
    .command('windows')
    .description('show the maintenance windows of a collection, or replace them')
    .argument('<collection>', 'name or id')
    .option('--from <file>', 'JSON list of windows that replaces the present one; [] for none')
    .action(acting(cli, windows));
  noun
    .command('remove')
    .description('delete a collection that nothing uses')
    .argument('<collection>', 'name or id')
    .option('--yes', 'do not ask')
    .action(acting(cli, removeCollection));
}

function addDraftOptions(command: Command): Command {
  return command
    .option('--from <file>', 'JSON collection ("-": standard input); other options win')
    .option('--name <text>', 'name')
    .option('--description <text>', 'what it is for')
    .option('--query <query...>', 'machines for which this holds')
    .option('--machine <name or id...>', 'these machines')
    .option('--include <collection...>', 'members of these collections')
    .option('--exclude <collection...>', 'but not members of these')
    .option('--limit <collection>', 'only members of this collection; "none": do not limit');
}

const createExamples = `
Examples:
  tenkai collection create --name "Web servers" --query 'software contains "nginx"'
  tenkai collection create --name Pilot --machine web-1 db-1 --limit "All machines"`;

/** The collection that a person means by name or id. */
export async function findCollection(client: Client, text: string): Promise<CollectionRow> {
  return pick((await client(collectionRoutes.list)).items, text, 'collection');
}

async function draftOf(
  { terminal }: Session,
  client: Client,
  options: DraftOptions,
  base: CollectionDraft,
): Promise<CollectionDraft> {
  const file =
    options.from === undefined ? {} : await readJson<Partial<CollectionDraft>>(terminal, options.from);
  const draft = { ...base, ...file };
  const rules = await rulesOf(client, options);
  return {
    ...draft,
    name: options.name ?? draft.name,
    ...(options.description === undefined ? {} : { description: options.description }),
    limitingCollectionId: await limitOf(client, options.limit, draft.limitingCollectionId),
    rules: rules.length > 0 ? rules : draft.rules,
  };
}

async function limitOf(
  client: Client,
  limit: string | undefined,
  before: string | null,
): Promise<string | null> {
  if (limit === undefined) return before;
  return limit === 'none' ? null : (await findCollection(client, limit)).id;
}

async function rulesOf(client: Client, options: DraftOptions): Promise<CollectionDraft['rules']> {
  const rules: CollectionDraft['rules'] = [];
  for (const query of options.query ?? []) rules.push({ kind: 'query', name: query.slice(0, 255), query });
  const machineIds: string[] = [];
  for (const text of options.machine ?? []) machineIds.push((await findMachine(client, text)).id);
  if (machineIds.length > 0) rules.push({ kind: 'direct', machineIds });
  for (const text of options.include ?? [])
    rules.push({ kind: 'include', collectionId: (await findCollection(client, text)).id });
  for (const text of options.exclude ?? [])
    rules.push({ kind: 'exclude', collectionId: (await findCollection(client, text)).id });
  return rules;
}

const emptyDraft: CollectionDraft = { name: '', limitingCollectionId: null, rules: [] };

async function createCollection(session: Session, options: DraftOptions) {
  const { client } = await session.connect();
  const draft = await draftOf(session, client, options, emptyDraft);
  if (draft.name === '') {
    const problem = 'A collection needs --name or --from.';
    throw new Failure('usage-wrong', { problem, command: 'tenkai collection create' });
  }
  const made = await client(collectionRoutes.create, { body: draft });
  session.output.result(
    made,
    () => `Made ${made.name} with ${countText(made.memberCount, 'machine')}, id ${made.id}`,
  );
}

async function modifyCollection(session: Session, text: string, options: DraftOptions) {
  const { client } = await session.connect();
  const before = await findCollection(client, text);
  const draft = await draftOf(session, client, options, toDraft(before));
  const body = { ...draft, revision: before.revision };
  const changed = await client(collectionRoutes.update, { params: { id: before.id }, body });
  session.output.result(
    changed,
    () => `Changed ${changed.name}: ${countText(changed.memberCount, 'machine')}`,
  );
}

function toDraft({ name, description, limitingCollectionId, rules }: CollectionRow): CollectionDraft {
  return { name, ...(description === undefined ? {} : { description }), limitingCollectionId, rules };
}

async function previewCollection(session: Session, text: string | undefined, options: DraftOptions) {
  const { output } = session;
  const { client } = await session.connect();
  const before = text === undefined ? undefined : await findCollection(client, text);
  const draft = await draftOf(
    session,
    client,
    options,
    before ? toDraft(before) : { ...emptyDraft, name: 'Preview' },
  );
  const preview = await client(collectionRoutes.preview, {
    body: { draft, ...(before ? { id: before.id } : {}) },
  });
  output.result(preview, () =>
    output.properties([
      ['Members', String(preview.memberCount)],
      ['Added', preview.added.map(({ name }) => name).join(', ') || '-'],
      ['Removed', preview.removed.map(({ name }) => name).join(', ') || '-'],
      ['Some', preview.sample.map(({ name }) => name).join(', ') || '-'],
    ]),
  );
}

const columns: readonly Column<CollectionRow>[] = [
  { title: 'Name', value: (row) => row.name, shrinks: true },
  { title: 'Members', value: (row) => String(row.memberCount), align: 'right' },
  { title: 'Rules', value: (row) => row.rules.map(({ kind }) => kind).join(', ') || '-', shrinks: true },
  { title: 'Judged', value: (row) => timeText(row.evaluatedAt) },
  { title: 'ID', value: (row) => row.id },
];

async function listCollections({ connect, output }: Session) {
  const { client } = await connect();
  const { items } = await client(collectionRoutes.list);
  output.result(items, () => output.table(items, columns, 'There is no collection.'));
}

async function showCollection({ connect, output }: Session, text: string) {
  const { client } = await connect();
  const row = await findCollection(client, text);
  output.result(row, () =>
    output.properties([
      ['Name', row.name],
      ['ID', row.id],
      ['Description', row.description ?? ''],
      ['Limited to', row.limitingCollectionId ?? 'not limited'],
      ['Members', `${row.memberCount}, judged ${timeText(row.evaluatedAt)}`],
      ...row.rules.map((rule) => ['Rule', ruleText(rule)] as const),
    ]),
  );
}

function ruleText(rule: CollectionRow['rules'][number]): string {
  if (rule.kind === 'direct') return `named machines: ${rule.machineIds.join(', ')}`;
  if (rule.kind === 'query') return `query: ${rule.query}`;
  return `${rule.kind} ${rule.collectionId}`;
}

const memberColumns: readonly Column<MachineRow>[] = [
  { title: 'Machine', value: (row) => row.name },
  { title: 'Operating system', value: (row) => row.operatingSystem },
  { title: 'Address', value: (row) => row.address },
  { title: 'ID', value: (row) => row.id },
];

async function listMembers({ connect, output }: Session, text: string, { search }: { search?: string }) {
  const { client } = await connect();
  const { id } = await findCollection(client, text);
  const query = search ? { search } : {};
  const items = await allPages(client, collectionRoutes.members, { params: { id }, query });
  output.result(items, () => output.table(items, memberColumns, 'The collection is empty.'));
}

async function explain({ connect, output }: Session, text: string, machine: string) {
  const { client } = await connect();
  const { id, name } = await findCollection(client, text);
  const row = await findMachine(client, machine);
  const answer = await client(collectionRoutes.explain, { params: { id, machineId: row.id } });
  output.result(answer, () => {
    const verdict = `${row.name} is ${answer.isMember ? '' : 'not '}in ${name}`;
    return [output.style.bold(verdict), ...answer.reasons.map(({ sentence }) => `  ${sentence}`)].join('\n');
  });
}

async function windows({ connect, output, terminal }: Session, text: string, { from }: { from?: string }) {
  const { client } = await connect();
  const { id } = await findCollection(client, text);
  if (from !== undefined) {
    const wanted = await readJson<MaintenanceWindow[]>(terminal, from);
    await client(windowRoutes.replace, { params: { id }, body: { windows: wanted } });
  }
  const { items } = await client(windowRoutes.list, { params: { id } });
  output.result(items, () =>
    output.table(items, windowColumns, 'None: machines may be changed at any time.'),
  );
}

const windowColumns: readonly Column<MaintenanceWindow>[] = [
  { title: 'Name', value: (row) => row.name },
  { title: 'When', value: (row) => JSON.stringify(row.schedule), shrinks: true },
  { title: 'Minutes', value: (row) => String(row.durationMinutes), align: 'right' },
];

async function removeCollection(
  { connect, output, terminal }: Session,
  text: string,
  { yes }: { yes?: boolean },
) {
  const { client } = await connect();
  const { id, name } = await findCollection(client, text);
  await confirm(terminal, `Delete the collection ${name}?`, yes);
  const done = await client(collectionRoutes.remove, { params: { id } });
  output.result(done, () => `Deleted ${name}`);
}
