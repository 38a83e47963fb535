import { reasonSentence, wordText } from '@tenkai/domain';
import {
  type MulticastSessionRow,
  multicastRoutes,
  type RepresentativeRow,
} from '@tenkai/protocol/api/multicast.ts';
import type { Command } from 'commander';
import { timeText } from '../format.ts';
import { acting, type Cli, type Session } from '../session.ts';
import type { Column } from '../table.ts';
import { findMachine } from './machine/find-machine.ts';

export function addMulticastCommands(program: Command, cli: Cli) {
  const noun = program.command('multicast').description('content that is sent once to many machines');
  noun
    .command('show')
    .description('show whether this site can send by multicast, and by which card')
    .action(acting(cli, show));
  noun
    .command('list')
    .description('list sessions, newest first, with the machines that were left out and why')
    .option('--limit <number>', 'how many', Number, 20)
    .action(acting(cli, list));
  addRepresentativeCommands(noun, cli);
}

/** By hand: which machine fetches for the subnet in which it is, and which does not. */
function addRepresentativeCommands(multicast: Command, cli: Cli) {
  const noun = multicast
    .command('representative')
    .description('machines that fetch for their subnets behind routers, by hand');
  const add = (
    verb: string,
    description: string,
    rule: Parameters<typeof setRule>[2],
    sentence: (name: string) => string,
  ) =>
    noun
      .command(verb)
      .description(description)
      .argument('<machine>', 'name or id')
      .action(acting(cli, (session: Session, machine: string) => setRule(session, machine, rule, sentence)));
  noun.command('list').description('list what was decided by hand').action(acting(cli, representatives));
  add(
    'name',
    'this machine fetches before all others of its subnet that are fit',
    'named',
    (name) => `${name} fetches for its subnet wherever it is fit to; sessions that run go on as they are.`,
  );
  add(
    'forbid',
    'this machine never fetches for its subnet',
    'forbidden',
    (name) => `${name} fetches for nobody; sessions that run go on as they are.`,
  );
  add(
    'clear',
    'this machine is chosen by its merits again, as all others',
    'automatic',
    (name) => `${name} is chosen by its merits again.`,
  );
}

async function setRule(
  { connect, output }: Session,
  machine: string,
  rule: 'named' | 'forbidden' | 'automatic',
  sentence: (name: string) => string,
) {
  const { client } = await connect();
  const { id, name } = await findMachine(client, machine);
  const done = await client(multicastRoutes.setRepresentative, { params: { id }, body: { rule } });
  output.result({ ...done, machineId: id, rule }, () => sentence(name));
}

const ruleColumns: readonly Column<RepresentativeRow>[] = [
  { title: 'Machine', value: (row) => row.machineName, shrinks: true },
  { title: 'Fetches for its subnet', value: ({ rule }) => (rule === 'named' ? 'before others' : 'never') },
  { title: 'Decided by', value: (row) => row.setBy, shrinks: true },
  { title: 'At', value: (row) => timeText(row.setAt) },
];

async function representatives({ connect, output }: Session) {
  const { client } = await connect();
  const { items } = await client(multicastRoutes.listRepresentatives);
  output.result(items, () =>
    output.table(items, ruleColumns, 'No machine was named or forbidden: each subnet chooses by merits.'),
  );
}

async function show({ connect, output }: Session) {
  const { client } = await connect();
  const { interface: card, refusal, items } = await client(multicastRoutes.show, { query: {} });
  output.result({ interface: card, refusal }, () =>
    output.properties([
      ['Card', card ?? '-'],
      ['Works', refusal === null ? 'yes' : reasonSentence(refusal)],
      ['Sessions now', String(items.filter(({ endedAt }) => endedAt === null).length)],
    ]),
  );
}

/** Who sends; where that is a machine of a subnet, with what spoke for it. */
export function senderText({
  subnet,
  representative,
}: Pick<MulticastSessionRow, 'subnet' | 'representative'>): string {
  if (!representative) return 'the site';
  const { machineName, chosenBy } = representative;
  return `${machineName} for ${subnet} (${meritTexts[chosenBy] ?? chosenBy})`;
}

/** What the chosen machine had before the second of its subnet. */
const meritTexts: Readonly<Record<string, string>> = {
  failures: 'fell out least',
  named: 'named by hand',
  content: 'had most of the content',
  power: 'on mains',
  cable: 'by cable',
  link: 'faster link',
  disk: 'more room on its disk',
  name: 'first by name',
  only: 'the only one that was fit',
};

const columns: readonly Column<MulticastSessionRow>[] = [
  { title: 'Started', value: (row) => timeText(row.startedAt) },
  { title: 'Address', value: (row) => `${row.address}:${row.port}` },
  {
    title: 'From',
    value: senderText,
  },
  {
    title: 'Over the line',
    value: ({ lineBytes, contentBytes }) =>
      lineBytes === null || contentBytes === 0 ? '-' : `${(lineBytes / contentBytes).toFixed(2)} x`,
    align: 'right',
  },
  {
    title: 'Machines',
    value: ({ members }) => `${members.filter(isComplete).length} of ${members.length}`,
    align: 'right',
  },
  {
    title: 'Sent',
    value: (row) =>
      row.contentBytes === 0 ? '-' : `${((row.datagrams * datagramBytes) / row.contentBytes).toFixed(2)} x`,
    align: 'right',
  },
  { title: 'State', value: (row) => row.outcome ?? 'running' },
  {
    title: 'Left out',
    value: ({ members }) =>
      members
        .filter(({ state }) => state === 'left')
        .map(({ machineName, cause }) => `${machineName} (${wordText('cause', cause ?? '?')})`)
        .join(', '),
  },
];

const datagramBytes = 1472;
const isComplete = ({ state }: MulticastSessionRow['members'][number]) => state === 'complete';

async function list({ connect, output }: Session, { limit }: { limit: number }) {
  const { client } = await connect();
  const { items } = await client(multicastRoutes.show, { query: { limit } });
  output.result(items, () => output.table(items, columns, 'Nothing was sent by multicast.'));
}
