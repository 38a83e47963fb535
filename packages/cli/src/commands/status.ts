import { Failure } from '@tenkai/domain';
import {
  type AuditRecord,
  listAudit,
  listStatusMessages,
  type StatusMessage,
  verifyAuditLog,
} from '@tenkai/protocol/api/status.ts';
import { type Command, Option } from 'commander';
import { countText, timeText } from '../format.ts';
import { allPages } from '../pages.ts';
import { acting, type Cli, type Session } from '../session.ts';
import type { Column } from '../table.ts';

export function addStatusCommands(program: Command, cli: Cli) {
  program
    .command('status')
    .description('status messages')
    .command('list')
    .description('list status messages, newest first')
    .option('--oldest-first', 'from the first message on')
    .addOption(
      new Option('--severity <severity>', 'only of this severity').choices(['info', 'warning', 'error']),
    )
    .option('--component <name>', 'only of this part of the site or the agents')
    .option('--machine <id>', 'only about this machine')
    .option('--object <kind:id>', 'only about this object, such as deployment:…')
    .option('--limit <number>', 'at most so many', Number, 100)
    .action(acting(cli, listStatus));
  const audit = program.command('audit').description('who did what');
  audit
    .command('list')
    .description('list audit entries, newest first')
    .option('--action <action>', 'only of this kind, such as packages.created')
    .option('--object <noun:id>', 'only about this object, such as package:nginx')
    .option('--limit <number>', 'at most so many', Number, 100)
    .action(acting(cli, listEntries));
  audit
    .command('verify')
    .description('check the whole log for an edit, a deletion and a cut-off end')
    .action(acting(cli, verifyLog));
}

const columns: readonly Column<StatusMessage>[] = [
  { title: 'When', value: ({ at }) => timeText(at) },
  {
    title: 'Severity',
    value: ({ severity }) => severity,
    paint: ({ severity }, style) =>
      severity === 'error' ? style.bad : severity === 'warning' ? style.warn : style.dim,
  },
  { title: 'Component', value: ({ component }) => component },
  { title: 'ID', value: ({ id }) => String(id), align: 'right' },
  { title: 'Message', value: ({ code }) => code },
  { title: 'Machine', value: ({ machineName }) => machineName ?? '-' },
  { title: 'Details', value: ({ params }) => detailsText(params), shrinks: true },
];

function detailsText(params: Readonly<Record<string, unknown>>): string {
  return Object.entries(params)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
}

interface StatusOptions {
  readonly oldestFirst?: boolean;
  readonly severity?: StatusMessage['severity'];
  readonly component?: string;
  readonly machine?: string;
  readonly object?: string;
  readonly limit: number;
}

async function listStatus({ connect, output }: Session, options: StatusOptions) {
  const { client } = await connect();
  const query = {
    ...(options.oldestFirst ? { order: 'oldest' as const } : {}),
    ...(options.severity ? { severity: options.severity } : {}),
    ...(options.component ? { component: options.component } : {}),
    ...(options.machine ? { machineId: options.machine } : {}),
    ...(options.object ? { object: options.object } : {}),
  };
  const items = await allPages(client, listStatusMessages, { query }, options.limit);
  output.result(items, () => output.table(items, columns, 'There is no message.'));
}

const auditColumns: readonly Column<AuditRecord>[] = [
  { title: '#', value: ({ seq }) => String(seq), align: 'right' },
  { title: 'When', value: ({ at }) => timeText(at) },
  { title: 'Who', value: ({ actorName }) => actorName },
  { title: 'Act', value: ({ action }) => action },
  { title: 'Object', value: ({ object }) => object, shrinks: true },
  { title: 'Name', value: ({ objectName }) => objectName ?? '', shrinks: true },
  { title: 'Details', value: ({ details }) => detailsText(details), shrinks: true },
];

async function listEntries(
  { connect, output }: Session,
  { action, object, limit }: { action?: string; object?: string; limit: number },
) {
  const { client } = await connect();
  const query = { ...(action ? { action } : {}), ...(object ? { object } : {}) };
  const items = await allPages(client, listAudit, { query }, limit);
  output.result(items, () => output.table(items, auditColumns, 'There is no entry.'));
}

async function verifyLog({ connect, output }: Session) {
  const { client } = await connect();
  const verdict = await client(verifyAuditLog);
  output.result(verdict, () =>
    verdict.ok ? `The audit log is whole: ${countText(verdict.checked, 'entry', 'entries')}` : '',
  );
  if (!verdict.ok)
    throw new Failure('audit-bad', { problem: verdict.problem ?? 'unknown', seq: verdict.firstBadSeq ?? 0 });
}
