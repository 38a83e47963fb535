import { reasonSentence, UpdateState } from '@tenkai/domain';
import { collectionRoutes } from '@tenkai/protocol/api/collections.ts';
import {
  type UpdateMachineRow,
  type UpdatePackageRow,
  type UpdatePreview,
  updateRoutes,
} from '@tenkai/protocol/api/updates.ts';
import { type Command, Option } from 'commander';
import { timeText } from '../../format.ts';
import { allPages } from '../../pages.ts';
import { pick } from '../../pick.ts';
import { acting, type Cli, type Session } from '../../session.ts';
import type { Column } from '../../table.ts';
import { findMachine, findMachines } from '../machine/find-machine.ts';
import { addKindsCommand } from './update-kinds.ts';
import { addUpdatePolicyCommands } from './update-policy.ts';

export function addUpdateCommands(program: Command, cli: Cli) {
  const noun = program.command('update').description('automatic update by urgency');
  noun
    .command('list')
    .description('packages that take part, with machines by state')
    .action(acting(cli, list));
  noun
    .command('machines')
    .description('machines that a package concerns, with state and reason')
    .argument('<package>', 'package ID')
    .addOption(new Option('--state <state>', 'only these').choices(UpdateState.anyOf.map((one) => one.const)))
    .action(acting(cli, machines));
  noun
    .command('machine')
    .description('every package of automatic update on one machine, and why')
    .argument('<machine>', 'name or id')
    .action(acting(cli, machine));
  noun
    .command('hold')
    .description('hold a package back, for some machines or for all')
    .argument('<package>', 'package ID')
    .option('--machine <machines...>', 'only for these (name or id)')
    .requiredOption('--note <text>', 'why; others see it')
    .action(acting(cli, hold));
  noun
    .command('release')
    .description('end holds and count attempts anew, for some machines or for all')
    .argument('<package>', 'package ID')
    .option('--machine <machines...>', 'only for these (name or id)')
    .action(acting(cli, release));
  addOptOutCommands(noun, cli);
  addKindsCommand(noun, cli);
  addUpdatePolicyCommands(noun, cli, showPreview);
}

function addOptOutCommands(noun: Command, cli: Cli) {
  const withTargets = (command: Command) =>
    command
      .option('--machine <machines...>', 'name or id')
      .option('--collection <collections...>', 'name or id');
  withTargets(noun.command('exclude'))
    .description('never touch these machines by automatic update')
    .action(acting(cli, (session, targets: Targets) => optOut(session, targets, true)));
  withTargets(noun.command('include'))
    .description('let them in again')
    .action(acting(cli, (session, targets: Targets) => optOut(session, targets, false)));
  noun
    .command('excluded')
    .description('machines and collections that are excluded')
    .action(acting(cli, excluded));
}

const packageColumns: readonly Column<UpdatePackageRow>[] = [
  { title: 'Package', value: (row) => row.packageId },
  { title: 'Version', value: (row) => row.version, shrinks: true },
  { title: 'Urgency', value: (row) => row.urgency },
  { title: 'Ring', value: (row) => `${row.openRing + 1}/${row.ringCount}` },
  ...(['waiting-time', 'waiting-start', 'delivering', 'applying', 'applied', 'failed', 'held'] as const).map(
    (state): Column<UpdatePackageRow> => ({
      title: state,
      value: (row) => String(row.counts[state] ?? 0),
      align: 'right',
    }),
  ),
  { title: 'Held', value: (row) => (row.held ? reasonSentence(row.held) : ''), shrinks: true },
];

async function list({ connect, output }: Session) {
  const { client } = await connect();
  const { items } = await client(updateRoutes.packages);
  output.result(items, () =>
    output.table(items, packageColumns, 'No package is of urgency highest or high.'),
  );
}

const stateColumns: readonly Column<UpdateMachineRow>[] = [
  { title: 'State', value: (row) => row.state },
  { title: 'Until', value: (row) => timeText(row.until) },
  { title: 'Attempts', value: (row) => String(row.attempts), align: 'right' },
  { title: 'Why', value: (row) => (row.reason ? reasonSentence(row.reason) : ''), shrinks: true },
  {
    title: 'Last error',
    value: (row) => (row.lastError ? reasonSentence(row.lastError) : ''),
    shrinks: true,
  },
];

async function machines({ connect, output }: Session, id: string, { state }: { state?: UpdateState }) {
  const { client } = await connect();
  const items = await allPages(client, updateRoutes.machines, {
    params: { id },
    query: state ? { state } : {},
  });
  const columns = [{ title: 'Machine', value: (row: UpdateMachineRow) => row.machineName }, ...stateColumns];
  output.result(items, () => output.table(items, columns, 'It concerns no machine.'));
}

async function machine({ connect, output }: Session, text: string) {
  const { client } = await connect();
  const { id } = await findMachine(client, text);
  const found = await client(updateRoutes.ofMachine, { params: { id } });
  const columns = [{ title: 'Package', value: (row: UpdateMachineRow) => row.packageId }, ...stateColumns];
  if (found.isRestartPending) output.note('A restart waits for a maintenance window.');
  else if (found.isRestartNeeded) output.note('Restart needed: an update waits for it, and none is planned.');
  output.result(found, () => output.table(found.items, columns, 'No package is of urgency highest or high.'));
}

interface Targets {
  readonly machine?: string[];
  readonly collection?: string[];
}

async function hold({ connect, output }: Session, packageId: string, options: Targets & { note: string }) {
  const { client } = await connect();
  const machineIds = await idsOf(client, options.machine);
  const done = await client(updateRoutes.hold, { body: { packageId, note: options.note, ...machineIds } });
  output.result(done, () => `Held ${packageId}`);
}

async function release({ connect, output }: Session, packageId: string, options: Targets) {
  const { client } = await connect();
  const machineIds = await idsOf(client, options.machine);
  const done = await client(updateRoutes.release, { body: { packageId, ...machineIds } });
  output.result(done, () => `Released ${packageId}`);
}

type Client = Awaited<ReturnType<Session['connect']>>['client'];

async function idsOf(client: Client, texts: string[] | undefined): Promise<{ machineIds?: string[] }> {
  if (!texts) return {};
  return { machineIds: (await findMachines(client, texts)).map(({ id }) => id) };
}

async function optOut({ connect, output }: Session, targets: Targets, isOptedOut: boolean) {
  const { client } = await connect();
  const machineIds = await idsOf(client, targets.machine);
  const all = targets.collection ? (await client(collectionRoutes.list)).items : [];
  const collectionIds = targets.collection?.map((text) => pick(all, text, 'collection').id);
  const body = { ...machineIds, ...(collectionIds && { collectionIds }), isOptedOut };
  const done = await client(updateRoutes.setOptOut, { body });
  output.result(done, () => (isOptedOut ? 'Excluded' : 'Included'));
}

async function excluded({ connect, output }: Session) {
  const { client } = await connect();
  const found = await client(updateRoutes.optOuts);
  const rows = [
    ...found.collections.map((one) => ({ ...one, kind: 'collection' })),
    ...found.machines.map((one) => ({ ...one, kind: 'machine' })),
  ];
  const columns: Column<(typeof rows)[number]>[] = [
    { title: 'Kind', value: (row) => row.kind },
    { title: 'Name', value: (row) => row.name },
    { title: 'ID', value: (row) => row.id },
  ];
  output.result(found, () => output.table(rows, columns, 'Nothing is excluded.'));
}

const previewColumns: readonly Column<UpdatePreview['starts'][number]>[] = [
  { title: 'Machine', value: (row) => row.machineName },
  { title: 'Begins with', value: (row) => row.packageId },
  { title: 'For', value: (row) => row.goalId },
  { title: 'How', value: (row) => row.variant },
];

function showPreview({ output }: Session, preview: UpdatePreview) {
  output.result(preview, () =>
    [
      `${preview.startCount} of ${preview.machineCount} machines would begin now.`,
      output.table(preview.starts, previewColumns, ''),
      ...preview.packages.flatMap(({ packageId, reasons }) =>
        reasons.map(({ reason, count }) => `${packageId}: ${count} × ${reasonSentence(reason)}`),
      ),
    ]
      .filter((line) => line !== '')
      .join('\n'),
  );
}
