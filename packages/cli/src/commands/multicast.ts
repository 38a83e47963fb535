import { reasonSentence } from '@tenkai/domain';
import { type MulticastSessionRow, multicastRoutes } from '@tenkai/protocol/api/multicast.ts';
import type { Command } from 'commander';
import { timeText } from '../format.ts';
import { acting, type Cli, type Session } from '../session.ts';
import type { Column } from '../table.ts';

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

const columns: readonly Column<MulticastSessionRow>[] = [
  { title: 'Started', value: (row) => timeText(row.startedAt) },
  { title: 'Address', value: (row) => `${row.address}:${row.port}` },
  {
    title: 'From',
    value: ({ subnet, representative }) =>
      representative
        ? `${representative.machineName} for ${subnet} (by ${representative.chosenBy})`
        : 'the site',
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
        .map(({ machineName, cause }) => `${machineName} (${cause ?? '?'})`)
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
