import { fallbackRoutes, type LostMachine } from '@tenkai/protocol/api/fallback.ts';
import type { Command } from 'commander';
import { timeText } from '../format.ts';
import { pick } from '../pick.ts';
import { acting, type Cli, type Session } from '../session.ts';
import type { Column } from '../table.ts';

/** `tenkai fallback`: machines that cannot get in, by what they have told this fallback status point. */
export function addFallbackCommands(program: Command, cli: Cli) {
  const noun = program.command('fallback').description('machines that cannot get in, and why, as they say');
  noun.command('list').description('list them, latest first').action(acting(cli, listMachines));
  noun
    .command('remove')
    .description('forget one; it comes again when it says it again')
    .argument('<machine>', 'name or id')
    .action(acting(cli, removeMachine));
}

const columns: readonly Column<LostMachine>[] = [
  { title: 'Name', value: (row) => row.name, shrinks: true },
  { title: 'Address', value: (row) => row.address },
  { title: 'What', value: (row) => row.kind },
  { title: 'Why', value: (row) => [row.code, row.detail].filter(Boolean).join(': '), shrinks: true },
  { title: 'Server', value: (row) => row.server || '-', shrinks: true },
  { title: 'Since', value: (row) => timeText(row.firstAt) },
  { title: 'Last', value: (row) => timeText(row.lastAt) },
];

async function listMachines({ connect, output }: Session) {
  const { client } = await connect();
  const { items } = await client(fallbackRoutes.list);
  output.result(items, () => output.table(items, columns, 'No machine has said that it cannot get in.'));
}

async function removeMachine({ connect, output }: Session, text: string) {
  const { client } = await connect();
  const { id, name } = pick((await client(fallbackRoutes.list)).items, text, 'lost machine');
  const done = await client(fallbackRoutes.remove, { params: { id } });
  output.result(done, () => `Forgot ${name}`);
}
