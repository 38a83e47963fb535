import { type DeploymentDraft, Failure, reasonSentence } from '@tenkai/domain';
import {
  type DeploymentPreview,
  type DeploymentRow,
  deploymentRoutes,
  type RunDetail,
  type RunRow,
} from '@tenkai/protocol/api/deployments.ts';
import type { Client } from '@tenkai/protocol/client.ts';
import { type Command, Option } from 'commander';
import { bytesText, timeText } from '../format.ts';
import { allPages } from '../pages.ts';
import { readJson } from '../read-file.ts';
import { acting, type Cli, type Session } from '../session.ts';
import type { Column } from '../table.ts';
import { findCollection } from './collection.ts';
import { watchDeployment } from './deployment-watch.ts';
import { tellEach } from './machine.ts';
import { findScenario, variableFrom } from './scenario.ts';

interface DraftOptions {
  readonly from?: string;
  readonly name?: string;
  readonly scenario?: string;
  readonly package?: string;
  readonly program?: string;
  readonly collection?: string;
  readonly at?: string;
  readonly purpose?: 'required' | 'available';
  readonly ignoreWindows?: boolean;
  readonly concurrency?: number;
  readonly wake?: boolean;
  readonly retries?: number;
  readonly variable?: string[];
}

export function addDeploymentCommands(program: Command, cli: Cli) {
  const noun = program.command('deployment').description('scenarios and programs aimed at collections');
  addDraftOptions(noun.command('preview'))
    .description('tell what a deployment would do on each machine, and why not on the others')
    .action(acting(cli, previewDeployment));
  addDraftOptions(noun.command('create'))
    .description('deploy a scenario or a package to a collection')
    .option('--watch', 'show live progress until the end')
    .addHelpText('after', createExamples)
    .action(acting(cli, createDeployment));
  noun
    .command('list')
    .description('list deployments, newest first')
    .addOption(new Option('--status <status>').choices(['scheduled', 'active', 'completed', 'cancelled']))
    .option('--limit <number>', 'at most so many', Number, 100)
    .action(acting(cli, listDeployments));
  noun
    .command('show')
    .description('show a deployment with its counts')
    .argument('<deployment>', 'id')
    .action(acting(cli, showDeployment));
  noun
    .command('runs')
    .description('list the runs of a deployment, machine by machine')
    .argument('<deployment>', 'id')
    .option('--status <status>', 'only in this state')
    .option('--search <words>', 'words of the machine name')
    .action(acting(cli, listRuns));
  noun
    .command('run')
    .description('show one run with every step, its result and the end of its log')
    .argument('<run>', 'id')
    .action(acting(cli, showRun));
  noun
    .command('watch')
    .description('show live progress until every machine is done; fails where one did not succeed')
    .argument('<deployment>', 'id')
    .action(acting(cli, watch));
  noun
    .command('cancel')
    .description('stop a deployment')
    .argument('<deployment>', 'id')
    .action(acting(cli, cancelDeployment));
  noun
    .command('retry')
    .description('clear the errors of failed runs and run them again')
    .argument('<deployment>', 'id')
    .argument('[runs...]', 'ids of runs; else every failed one')
    .action(acting(cli, retryDeployment));
}

function addDraftOptions(command: Command): Command {
  return command
    .option('--from <file>', 'JSON deployment ("-": standard input); other options win')
    .option('--name <text>', 'name (default: of what is deployed)')
    .option('--scenario <name or id>', 'deploy this scenario')
    .option('--package <id>', 'deploy this package')
    .option('--program <name>', 'program of the package (default: the first)')
    .option('--collection <name or id>', 'to these machines')
    .option('--at <time>', 'start at this time, ISO 8601 with an offset, such as 2027-01-31T22:00:00+09:00')
    .addOption(
      new Option('--purpose <purpose>', 'runs by itself, or on demand').choices(['required', 'available']),
    )
    .option('--ignore-windows', 'run outside of maintenance windows, too')
    .option('--concurrency <number>', 'at most so many machines at once', Number)
    .option('--wake', 'wake machines that are off')
    .option('--retries <number>', 'repeat so often after a failure', Number)
    .option('--variable <NAME=value...>', 'variables of the scenario');
}

const createExamples = `
Examples:
  tenkai deployment create --package nginx --collection "Web servers" --watch
  tenkai deployment create --scenario "Web server" --collection all --at 2027-01-31T22:00:00+09:00`;

async function draftOf(
  { terminal }: Session,
  client: Client,
  options: DraftOptions,
): Promise<DeploymentDraft> {
  const file =
    options.from === undefined ? {} : await readJson<Partial<DeploymentDraft>>(terminal, options.from);
  const collectionId =
    options.collection === undefined
      ? file.collectionId
      : (await findCollection(client, options.collection)).id;
  const { subject, name } = await subjectOf(client, options, file);
  if (!subject || collectionId === undefined) {
    const problem = 'Say what is deployed (--scenario or --package) and where to (--collection).';
    throw new Failure('usage-wrong', { problem, command: 'tenkai deployment create' });
  }
  return {
    purpose: options.purpose ?? file.purpose ?? 'required',
    schedule: options.at === undefined ? (file.schedule ?? { kind: 'now' }) : { kind: 'at', at: options.at },
    respectsWindows: options.ignoreWindows ? false : (file.respectsWindows ?? true),
    concurrency: options.concurrency ?? file.concurrency ?? null,
    wakesMachines: options.wake ?? file.wakesMachines ?? false,
    retries: options.retries ?? file.retries ?? 0,
    variables: options.variable?.map(variableFrom) ?? file.variables ?? [],
    name: options.name ?? file.name ?? name,
    subject,
    collectionId,
  };
}

async function subjectOf(
  client: Client,
  { scenario, package: packageId, program }: DraftOptions,
  file: Partial<DeploymentDraft>,
): Promise<{ subject: DeploymentDraft['subject'] | undefined; name: string }> {
  if (scenario !== undefined) {
    const { id, name } = await findScenario(client, scenario);
    return { subject: { kind: 'scenario', scenarioId: id }, name };
  }
  if (packageId === undefined) return { subject: file.subject, name: 'Deployment' };
  return { subject: { kind: 'program', packageId, program: program ?? null }, name: packageId };
}

async function previewDeployment(session: Session, options: DraftOptions) {
  const { output } = session;
  const { client } = await session.connect();
  const body = await draftOf(session, client, options);
  const preview = await client(deploymentRoutes.preview, { body });
  output.result(preview, () => {
    const total = `${preview.applicableCount} of ${preview.targetCount} machines, ${bytesText(preview.totalBytes)}, ${preview.totalRestarts} restarts`;
    const warnings = preview.warnings.map((warning) => output.style.warn(reasonSentence(warning)));
    return [
      output.table(preview.machines, previewColumns, 'The collection is empty.'),
      total,
      ...warnings,
    ].join('\n');
  });
}

type PreviewRow = DeploymentPreview['machines'][number];
const previewColumns: readonly Column<PreviewRow>[] = [
  { title: 'Machine', value: (row) => row.machineName },
  {
    title: 'Runs',
    value: (row) => (row.isApplicable ? 'yes' : 'no'),
    paint: (row, style) => (row.isApplicable ? style.good : style.dim),
  },
  { title: 'Size', value: (row) => bytesText(row.bytes), align: 'right' },
  { title: 'Restarts', value: (row) => String(row.restarts), align: 'right' },
  { title: 'Earliest', value: (row) => timeText(row.earliestStartAt) },
  { title: 'Why', value: (row) => row.reasons.map(reasonSentence).join('; '), shrinks: true },
];

async function createDeployment(session: Session, options: DraftOptions & { watch?: boolean }) {
  const { output } = session;
  const { client } = await session.connect();
  const body = await draftOf(session, client, options);
  const made = await client(deploymentRoutes.create, { body });
  if (options.watch) {
    output.note(`Deploying ${made.name} (${made.id}) to ${made.collectionName}`);
    return watchDeployment(session, client, made.id);
  }
  return output.result(made, () => `Made ${output.style.bold(made.name)}, ${made.status}, id ${made.id}`);
}

const columns: readonly Column<DeploymentRow>[] = [
  { title: 'Name', value: (row) => row.name, shrinks: true },
  { title: 'What', value: (row) => row.subjectName, shrinks: true },
  { title: 'Collection', value: (row) => row.collectionName, shrinks: true },
  { title: 'Status', value: (row) => row.status },
  { title: 'Machines', value: (row) => String(row.targetCount), align: 'right' },
  { title: 'Succeeded', value: (row) => String(row.counts.succeeded ?? 0), align: 'right' },
  {
    title: 'Failed',
    value: (row) => String(row.counts.failed ?? 0),
    align: 'right',
    paint: (row, style) => ((row.counts.failed ?? 0) > 0 ? style.bad : (text) => text),
  },
  { title: 'Made', value: (row) => timeText(row.createdAt) },
  { title: 'ID', value: (row) => row.id },
];

async function listDeployments(
  { connect, output }: Session,
  { status, limit }: { status?: string; limit: number },
) {
  const { client } = await connect();
  const items = await allPages(client, deploymentRoutes.list, { query: status ? { status } : {} }, limit);
  output.result(items, () => output.table(items, columns, 'There is no deployment.'));
}

async function showDeployment({ connect, output }: Session, id: string) {
  const { client } = await connect();
  const row = await client(deploymentRoutes.get, { params: { id } });
  output.result(row, () =>
    output.properties([
      ['Name', row.name],
      ['ID', row.id],
      ['What', row.subjectName],
      ['Collection', row.collectionName],
      ['Status', `${row.status}, ${row.draft.purpose}`],
      ['Made', `${timeText(row.createdAt)} by ${row.createdBy}`],
      ['Starts', timeText(row.nextStartAt)],
      ['Started', timeText(row.startedAt)],
      ['Finished', timeText(row.finishedAt)],
      ['Machines', String(row.targetCount)],
      [
        'Runs',
        Object.entries(row.counts)
          .map(([status, count]) => `${status} ${count}`)
          .join(', ') || '-',
      ],
    ]),
  );
}

export const runColumns: readonly Column<RunRow>[] = [
  { title: 'Machine', value: (row) => row.machineName, shrinks: true },
  {
    title: 'State',
    value: (row) => row.status,
    paint: (row, style) =>
      row.status === 'succeeded' ? style.good : row.status === 'failed' ? style.bad : (text) => text,
  },
  {
    title: 'Step',
    value: (row) =>
      row.stepIndex === null
        ? `${row.stepCount}`
        : `${row.stepIndex + 1}/${row.stepCount} ${row.stepName ?? ''}`,
    shrinks: true,
  },
  { title: 'Before', value: (row) => row.versionBefore ?? '-' },
  { title: 'After', value: (row) => row.versionAfter ?? '-' },
  { title: 'Verified by', value: (row) => row.verifiedBy ?? '-', shrinks: true },
  { title: 'Why', value: (row) => (row.reason ? reasonSentence(row.reason) : ''), shrinks: true },
  { title: 'Run', value: (row) => row.id },
];

async function listRuns(
  { connect, output }: Session,
  id: string,
  options: { status?: string; search?: string },
) {
  const { client } = await connect();
  const query = {
    ...(options.status ? { status: options.status as RunRow['status'] } : {}),
    ...(options.search ? { search: options.search } : {}),
  };
  const items = await allPages(client, deploymentRoutes.runs, { params: { id }, query });
  output.result(items, () => output.table(items, runColumns, 'There is no run.'));
}

async function showRun({ connect, output }: Session, id: string) {
  const { client } = await connect();
  const run = await client(deploymentRoutes.run, { params: { id } });
  output.result(run, () =>
    [
      output.table([run], runColumns, ''),
      output.table(run.steps, stepColumns, 'There are no steps.'),
      logOf(run),
    ]
      .filter((part) => part !== '')
      .join('\n\n'),
  );
}

type RunStep = RunDetail['steps'][number];
const stepColumns: readonly Column<RunStep>[] = [
  { title: '#', value: ({ step }) => String(step.index + 1), align: 'right' },
  { title: 'Step', value: ({ step }) => step.name, shrinks: true },
  { title: 'Result', value: ({ result }) => result?.outcome ?? '-' },
  { title: 'Exit', value: ({ result }) => String(result?.exitCode ?? '-'), align: 'right' },
  {
    title: 'Why',
    value: ({ result }) => (result?.reason ? reasonSentence(result.reason) : ''),
    shrinks: true,
  },
];

/** The end of the log of the step that failed. */
function logOf({ steps }: RunDetail): string {
  const failed = steps.find(({ result }) => result?.outcome === 'failed');
  return failed?.result?.logTail.trimEnd() ?? '';
}

async function watch(session: Session, id: string) {
  const { client } = await session.connect();
  await watchDeployment(session, client, id);
}

async function cancelDeployment({ connect, output }: Session, id: string) {
  const { client } = await connect();
  const done = await client(deploymentRoutes.cancel, { params: { id } });
  output.result(done, () => `Cancelled ${id}`);
}

async function retryDeployment(session: Session, id: string, runIds: string[]) {
  const { client } = await session.connect();
  const runs = await allPages(client, deploymentRoutes.runs, { params: { id }, query: {} });
  const wanted = runs.filter((run) => (runIds.length > 0 ? runIds.includes(run.id) : run.isInError));
  if (wanted.length === 0) return session.output.result([], () => 'No run is in error.');
  const body = { runIds: wanted.map((run) => run.id) };
  const { results } = await client(deploymentRoutes.retryRuns, { body });
  return tellEach(
    session,
    wanted.map((run) => ({ id: run.id, name: run.machineName })),
    results,
  );
}
