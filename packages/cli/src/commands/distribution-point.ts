import {
  type DistributionPointDraft,
  type DistributionPointRow,
  distributionPointRoutes,
} from '@tenkai/protocol/api/distribution-points.ts';
import type { Client } from '@tenkai/protocol/client.ts';
import type { Command } from 'commander';
import { pick } from '../pick.ts';
import { confirm } from '../prompt.ts';
import { acting, type Cli, type Session } from '../session.ts';
import type { Column } from '../table.ts';

interface PointOptions {
  readonly name?: string;
  readonly url?: string;
  readonly folder?: string;
  readonly enabled?: boolean;
  readonly all?: boolean;
  readonly fileView?: boolean;
  readonly preference?: number;
}

export function addDistributionPointCommands(program: Command, cli: Cli) {
  const noun = program.command('distribution-point').description('web servers that hold content');
  addPointOptions(noun.command('create'))
    .description('add a distribution point and publish to it')
    .action(acting(cli, createPoint));
  addPointOptions(noun.command('modify'))
    .description('change a distribution point; what is not named stays')
    .argument('<point>', 'name or id; "site" is the server itself')
    .action(acting(cli, modifyPoint));
  noun.command('list').description('list distribution points').action(acting(cli, listPoints));
  noun
    .command('remove')
    .description('forget a distribution point; its files stay')
    .argument('<point>', 'name or id')
    .option('--yes', 'do not ask')
    .action(acting(cli, removePoint));
}

function addPointOptions(command: Command): Command {
  return command
    .option('--name <text>', 'name')
    .option('--url <url>', 'where agents find objects/ and manifests/')
    .option('--folder <path>', 'folder of the server that is published there; "": files come by other ways')
    .option('--enabled', 'agents are sent there')
    .option('--no-enabled', 'agents are not sent there')
    .option('--all', 'every package goes there')
    .option('--no-all', 'only packages that are placed there')
    .option('--file-view', 'also keep plain files in packages/<ID>/')
    .option('--no-file-view', 'do not')
    .option('--preference <number>', 'lower ones are tried first', Number);
}

const defaults: DistributionPointDraft = {
  name: '',
  baseUrl: '',
  folder: null,
  isEnabled: true,
  takesAll: true,
  hasFileView: false,
  preference: 100,
};

function draftOf(options: PointOptions, base: DistributionPointDraft): DistributionPointDraft {
  return {
    name: options.name ?? base.name,
    baseUrl: options.url ?? base.baseUrl,
    folder: options.folder === undefined ? base.folder : options.folder || null,
    isEnabled: options.enabled ?? base.isEnabled,
    takesAll: options.all ?? base.takesAll,
    hasFileView: options.fileView ?? base.hasFileView,
    preference: options.preference ?? base.preference,
  };
}

async function findPoint(client: Client, text: string): Promise<DistributionPointRow> {
  return pick((await client(distributionPointRoutes.list)).items, text, 'distribution point');
}

async function createPoint({ connect, output }: Session, options: PointOptions) {
  const { client } = await connect();
  const made = await client(distributionPointRoutes.create, { body: draftOf(options, defaults) });
  output.result(made, () => `Added ${made.name}, id ${made.id}`);
}

async function modifyPoint({ connect, output }: Session, text: string, options: PointOptions) {
  const { client } = await connect();
  const row = await findPoint(client, text);
  const body = { ...draftOf(options, row), revision: row.revision };
  const changed = await client(distributionPointRoutes.update, { params: { id: row.id }, body });
  output.result(changed, () => `Changed ${changed.name}`);
}

const columns: readonly Column<DistributionPointRow>[] = [
  { title: 'Name', value: (row) => row.name },
  { title: 'Address', value: (row) => row.baseUrl, shrinks: true },
  { title: 'Folder', value: (row) => row.folder ?? '-', shrinks: true },
  { title: 'Used', value: (row) => (row.isEnabled ? 'yes' : 'no') },
  { title: 'Takes', value: (row) => (row.takesAll ? 'all' : 'placed') },
  { title: 'There', value: (row) => String(row.publishedCount), align: 'right' },
  { title: 'Coming', value: (row) => String(row.pendingCount), align: 'right' },
  {
    title: 'Failed',
    value: (row) => String(row.failedCount),
    align: 'right',
    paint: (row, style) => (row.failedCount > 0 ? style.bad : (text) => text),
  },
  { title: 'ID', value: (row) => row.id },
];

async function listPoints({ connect, output }: Session) {
  const { client } = await connect();
  const { items } = await client(distributionPointRoutes.list);
  output.result(items, () => output.table(items, columns, 'There is none.'));
}

async function removePoint({ connect, output, terminal }: Session, text: string, { yes }: { yes?: boolean }) {
  const { client } = await connect();
  const { id, name } = await findPoint(client, text);
  await confirm(terminal, `Forget the distribution point ${name}?`, yes);
  const done = await client(distributionPointRoutes.remove, { params: { id } });
  output.result(done, () => `Forgot ${name}`);
}
