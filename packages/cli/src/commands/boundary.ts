import {
  type BoundaryDraft,
  type BoundaryListRow,
  type BoundaryMachine,
  boundaryRoutes,
} from '@tenkai/protocol/api/boundaries.ts';
import { getSite } from '@tenkai/protocol/api/site.ts';
import type { Client } from '@tenkai/protocol/client.ts';
import type { Command } from 'commander';
import { pick } from '../pick.ts';
import { confirm } from '../prompt.ts';
import { acting, type Cli, type Session } from '../session.ts';
import type { Column } from '../table.ts';

interface BoundaryOptions {
  readonly name?: string;
  readonly range?: string;
  readonly siteCode?: string;
  readonly managementPoint?: string;
  readonly assign?: boolean;
}

/** `tenkai boundary`: by which the locator tells machines their site. */
export function addBoundaryCommands(program: Command, cli: Cli) {
  const noun = program
    .command('boundary')
    .description('parts of the network, and the site of their machines');
  addOptions(noun.command('create')).description('add a boundary').action(acting(cli, createBoundary));
  addOptions(noun.command('modify'))
    .description('change a boundary; what is not named stays')
    .argument('<boundary>', 'name or id')
    .action(acting(cli, modifyBoundary));
  noun.command('list').description('list boundaries').action(acting(cli, listBoundaries));
  noun
    .command('machines')
    .description('list the machines of this site whose address lies in a boundary')
    .argument('<boundary>', 'name or id')
    .action(acting(cli, listMachines));
  noun
    .command('locate')
    .description('tell what the locator answers to a machine with these addresses')
    .argument('<address...>', 'addresses of one machine')
    .action(acting(cli, locateMachine));
  noun
    .command('remove')
    .description('remove a boundary; machines keep the site that they have by it')
    .argument('<boundary>', 'name or id')
    .option('--yes', 'do not ask')
    .action(acting(cli, removeBoundary));
}

function addOptions(command: Command): Command {
  return command
    .option('--name <text>', 'name')
    .option('--range <range>', 'a subnet, or a range FIRST-LAST')
    .option('--site-code <code>', 'site of its machines; default: this one')
    .option('--management-point <url>', 'server of that site; "": this one')
    .option('--assign', 'it assigns machines')
    .option('--no-assign', 'it is known, and assigns nobody');
}

function draftOf(options: BoundaryOptions, base: BoundaryDraft): BoundaryDraft {
  return {
    name: options.name ?? base.name,
    range: options.range ?? base.range,
    siteCode: options.siteCode ?? base.siteCode,
    managementPoint:
      options.managementPoint === undefined ? base.managementPoint : options.managementPoint || null,
    isForAssignment: options.assign ?? base.isForAssignment,
  };
}

async function findBoundary(client: Client, text: string): Promise<BoundaryListRow> {
  return pick((await client(boundaryRoutes.list)).items, text, 'boundary');
}

async function createBoundary({ connect, output }: Session, options: BoundaryOptions) {
  const { client } = await connect();
  const { code: siteCode } = await client(getSite);
  const base = {
    name: options.range ?? '',
    range: '',
    siteCode,
    managementPoint: null,
    isForAssignment: true,
  };
  const made = await client(boundaryRoutes.create, { body: draftOf(options, base) });
  output.result(made, () => `Added ${made.name}: ${made.range} belongs to ${made.siteCode}`);
}

async function modifyBoundary({ connect, output }: Session, text: string, options: BoundaryOptions) {
  const { client } = await connect();
  const { id, ...base } = await findBoundary(client, text);
  const changed = await client(boundaryRoutes.update, { params: { id }, body: draftOf(options, base) });
  output.result(changed, () => `Changed ${changed.name}`);
}

const kindTexts = { same: 'same as', within: 'within', holds: 'holds', crosses: 'crosses' };

const columns: readonly Column<BoundaryListRow>[] = [
  { title: 'Name', value: (row) => row.name, shrinks: true },
  { title: 'Range', value: (row) => row.range },
  { title: 'Site', value: (row) => row.siteCode },
  { title: 'Management point', value: (row) => row.managementPoint ?? 'this site', shrinks: true },
  { title: 'Assigns', value: (row) => (row.isForAssignment ? 'yes' : 'no') },
  {
    title: 'Overlaps',
    value: (row) => row.overlaps.map(({ kind, name }) => `${kindTexts[kind]} ${name}`).join(', '),
  },
];

const machineColumns: readonly Column<BoundaryMachine>[] = [
  { title: 'Machine', value: (row) => row.machineName, shrinks: true },
  { title: 'Address', value: (row) => row.address },
  { title: 'Held by', value: (row) => row.heldBy?.name ?? '-', shrinks: true },
];

async function listMachines({ connect, output }: Session, text: string) {
  const { client } = await connect();
  const { id } = await findBoundary(client, text);
  const { items, total } = await client(boundaryRoutes.machines, { params: { id }, query: { limit: 1000 } });
  output.result(items, () =>
    [
      output.table(items, machineColumns, 'No machine of this site has an address in it.'),
      ...(total > items.length ? [`… ${total - items.length} more`] : []),
    ].join('\n'),
  );
}

async function listBoundaries({ connect, output }: Session) {
  const { client } = await connect();
  const { items } = await client(boundaryRoutes.list);
  output.result(items, () => output.table(items, columns, 'There is none.'));
}

async function locateMachine({ connect, output }: Session, addresses: string[]) {
  const { client } = await connect();
  const { found } = await client(boundaryRoutes.locate, { body: { addresses } });
  output.result({ found }, () => {
    if (!found) return 'No boundary that assigns machines holds one of these addresses.';
    return `Site ${found.siteCode} at ${found.managementPoint ?? 'this server'}, by the boundary ${found.boundary}`;
  });
}

async function removeBoundary(
  { connect, output, terminal }: Session,
  text: string,
  { yes }: { yes?: boolean },
) {
  const { client } = await connect();
  const { id, name } = await findBoundary(client, text);
  await confirm(terminal, `Remove the boundary ${name}?`, yes);
  const done = await client(boundaryRoutes.remove, { params: { id } });
  output.result(done, () => `Removed ${name}`);
}
