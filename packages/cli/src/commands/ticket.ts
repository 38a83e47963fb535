import { type EnrollmentTicket, enrollmentRoutes } from '@tenkai/protocol/api/enrollment.ts';
import type { Command } from 'commander';
import { timeText } from '../format.ts';
import { pick } from '../pick.ts';
import { acting, type Cli, type Session } from '../session.ts';
import type { Column } from '../table.ts';

export function addTicketCommands(program: Command, cli: Cli) {
  const noun = program.command('ticket').description('one-time permissions for machines to enroll');
  noun
    .command('create')
    .description('make a ticket; its secret is shown this once')
    .requiredOption('--name <text>', 'what it is for')
    .option('--uses <number>', 'how many machines may use it', Number, 1)
    .option('--hours <number>', 'how long it is good for', Number, 24)
    .action(acting(cli, createTicket));
  noun.command('list').description('list tickets, without secrets').action(acting(cli, listTickets));
  noun
    .command('revoke')
    .description('revoke a ticket; machines that used it stay')
    .argument('<ticket>', 'name or id')
    .action(acting(cli, revokeTicket));
}

async function createTicket(
  { connect, output }: Session,
  options: { name: string; uses: number; hours: number },
) {
  const { client } = await connect();
  const body = { name: options.name, maxUses: options.uses, validHours: options.hours };
  const made = await client(enrollmentRoutes.createTicket, { body });
  output.result(made, () =>
    output.properties([
      ['Ticket', made.ticket.id],
      ['Good until', timeText(made.ticket.expiresAt)],
      ['Secret', made.secret],
      ['Root fingerprint', made.rootFingerprint],
    ]),
  );
}

const columns: readonly Column<EnrollmentTicket>[] = [
  { title: 'Name', value: (row) => row.name },
  { title: 'Used', value: (row) => `${row.uses} of ${row.maxUses}`, align: 'right' },
  { title: 'Good until', value: (row) => timeText(row.expiresAt) },
  {
    title: 'State',
    value: (row) => stateOf(row),
    paint: (row, style) => (stateOf(row) === 'open' ? style.good : style.dim),
  },
  { title: 'ID', value: (row) => row.id },
];

function stateOf(ticket: EnrollmentTicket): string {
  if (ticket.isRevoked) return 'revoked';
  if (ticket.expiresAt <= Date.now()) return 'expired';
  return ticket.uses >= ticket.maxUses ? 'used up' : 'open';
}

async function listTickets({ connect, output }: Session) {
  const { client } = await connect();
  const { items } = await client(enrollmentRoutes.listTickets);
  output.result(items, () => output.table(items, columns, 'There is no ticket.'));
}

async function revokeTicket({ connect, output }: Session, text: string) {
  const { client } = await connect();
  const { id, name } = pick((await client(enrollmentRoutes.listTickets)).items, text, 'ticket');
  const done = await client(enrollmentRoutes.revokeTicket, { params: { id } });
  output.result(done, () => `Revoked ${name}`);
}
