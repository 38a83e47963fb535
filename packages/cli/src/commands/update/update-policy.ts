import { Failure, reasonSentence, UpdatePolicy } from '@tenkai/domain';
import {
  UpdateChange,
  type UpdatePreview,
  type UpdateWhatIfRow,
  updateRoutes,
} from '@tenkai/protocol/api/updates.ts';
import { type Command, Option } from 'commander';
import { bytesText, countText, timeText } from '../../format.ts';
import { acting, type Cli, type Session } from '../../session.ts';
import type { Column } from '../../table.ts';
import { subnetTexts } from '../what-if-subnets.ts';

type ShowPreview = (session: Session, preview: UpdatePreview) => void;

export function addUpdatePolicyCommands(noun: Command, cli: Cli, show: ShowPreview) {
  noun
    .command('policy')
    .description('show set time, windows, rings and limits, or change some')
    .argument('[NAME=value...]', 'such as isOn=true time=03:00 timeZone=Asia/Tokyo attempts=3')
    .action(acting(cli, policy));
  noun
    .command('what-if')
    .description('what other settings would change, for which machine and when; nothing is changed')
    .argument('<NAME=value...>', 'as for "tenkai update policy"')
    .addOption(
      new Option('--change <change>', 'only these; else all that change').choices(
        UpdateChange.anyOf.map((one) => one.const),
      ),
    )
    .option('--package <package>', 'package ID')
    .option('--limit <number>', 'at most so many', Number, 100)
    .action(acting(cli, whatIf));
  noun
    .command('preview')
    .description('what would happen now, also under another policy; nothing is changed')
    .argument('[NAME=value...]', 'as for "tenkai update policy"')
    .action(
      acting(cli, async (session, changes: string[]) => show(session, await preview(session, changes))),
    );
}

async function policy({ connect, output }: Session, changes: string[]) {
  const { client } = await connect();
  const body = Object.fromEntries(changes.map(change)) as Partial<UpdatePolicy>;
  const all =
    changes.length > 0 ? await client(updateRoutes.setPolicy, { body }) : await client(updateRoutes.policy);
  output.result(all, () =>
    output.properties(Object.entries(all).map(([name, value]) => [name, JSON.stringify(value)])),
  );
}

async function preview({ connect }: Session, changes: string[]): Promise<UpdatePreview> {
  const { client } = await connect();
  const changed = Object.fromEntries(changes.map(change)) as Partial<UpdatePolicy>;
  return client(updateRoutes.preview, { body: changes.length > 0 ? { policy: changed } : {} });
}

interface WhatIfOptions {
  readonly change?: UpdateWhatIfRow['change'];
  readonly package?: string;
  readonly limit: number;
}

async function whatIf({ connect, output }: Session, changes: string[], options: WhatIfOptions) {
  const { client } = await connect();
  const body = {
    policy: Object.fromEntries(changes.map(change)) as Partial<UpdatePolicy>,
    limit: Math.min(1000, options.limit),
    ...(options.change && { change: options.change }),
    ...(options.package && { packageId: options.package }),
  };
  const answer = await client(updateRoutes.whatIf, { body });
  output.result(answer, () =>
    [
      output.table(answer.pairs.items, whatIfColumns, 'Nothing changes for any machine.'),
      Object.entries(answer.counts)
        .map(([name, count]) => `${name} ${count}`)
        .join(', '),
      `${countText(answer.machineCount, 'machine')}, ${bytesText(answer.totalBytes)}, ${countText(answer.totalRestarts, 'restart')} under these settings`,
      ...subnetTexts(answer),
    ].join('\n'),
  );
}

const whatIfColumns: readonly Column<UpdateWhatIfRow>[] = [
  { title: 'Machine', value: (row) => row.machineName },
  { title: 'Package', value: (row) => row.packageId },
  { title: 'Change', value: (row) => row.change },
  { title: 'Present', value: (row) => timeText(row.present.startsAt) },
  { title: 'Proposed', value: (row) => timeText(row.proposed.startsAt) },
  { title: 'Ring', value: (row) => String(row.proposed.ring + 1), align: 'right' },
  {
    title: 'Why',
    value: (row) => (row.proposed.reason ? reasonSentence(row.proposed.reason) : ''),
    shrinks: true,
  },
];

/** Values are JSON; what is none is a text. */
function change(text: string): [string, unknown] {
  const at = text.indexOf('=');
  const name = text.slice(0, Math.max(0, at));
  if (!(name in UpdatePolicy.properties)) {
    const known = Object.keys(UpdatePolicy.properties).join(', ');
    const problem = `"${text}" is not NAME=value with one of the names ${known}.`;
    throw new Failure('usage-wrong', { problem, command: 'tenkai update policy' });
  }
  const value = text.slice(at + 1);
  try {
    return [name, JSON.parse(value)];
  } catch {
    return [name, value];
  }
}
