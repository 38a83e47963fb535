import { reasonSentence } from '@tenkai/domain';
import {
  type DeploymentPreview,
  type DeploymentRow,
  deploymentRoutes,
} from '@tenkai/protocol/api/deployments.ts';
import { type Command, Option } from 'commander';
import { bytesText, countText, timeText } from '../../format.ts';
import { allPages } from '../../pages.ts';
import { acting, type Cli, type Session } from '../../session.ts';
import type { Column } from '../../table.ts';
import { tellEach } from '../machine/machine-acts.ts';
import { addGroupCommands, deliveryFacts, warningLines } from './deployment-delivery.ts';
import { addDraftOptions, type DraftOptions, draftOf } from './deployment-draft.ts';
import { addReviewCommand, reviewLines } from './deployment-review.ts';
import { listRuns, showRun } from './deployment-runs.ts';
import { timingFacts } from './deployment-timing.ts';
import { watchDeployment } from './deployment-watch.ts';
import { addWhatIfCommand } from './deployment-what-if.ts';
import { onDeployment } from './find-deployment.ts';

export function addDeploymentCommands(program: Command, cli: Cli) {
  const noun = program.command('deployment').description('scenarios and programs aimed at collections');
  addDraftOptions(noun.command('preview'))
    .description('tell what a deployment would do on each machine, and why not on the others')
    .action(acting(cli, previewDeployment));
  addWhatIfCommand(noun, cli);
  addDraftOptions(noun.command('create'))
    .description('deploy a scenario or a package to a collection')
    .option('--watch', 'show live progress until the end')
    .addHelpText('after', createExamples)
    .action(acting(cli, createDeployment));
  noun
    .command('list')
    .description('list deployments, newest first')
    .addOption(
      new Option('--status <status>', 'only in this state').choices([
        'scheduled',
        'active',
        'completed',
        'cancelled',
      ]),
    )
    .option('--review', 'only those whose package was upgraded since somebody looked at their target')
    .option('--limit <number>', 'at most so many', Number, 100)
    .action(acting(cli, listDeployments));
  noun
    .command('show')
    .description('show a deployment with its counts')
    .argument('<deployment>', 'name or id')
    .action(acting(cli, onDeployment(showDeployment)));
  noun
    .command('runs')
    .description('list the runs of a deployment, machine by machine')
    .argument('<deployment>', 'name or id')
    .option('--status <status>', 'only in this state')
    .option('--search <words>', 'words of the machine name')
    .action(acting(cli, onDeployment(listRuns)));
  noun
    .command('run')
    .description('show one run with every step, its result and the end of its log')
    .argument('<run>', 'id')
    .action(acting(cli, showRun));
  noun
    .command('watch')
    .description('show live progress until every machine is done; fails where one did not succeed')
    .argument('<deployment>', 'name or id')
    .action(acting(cli, onDeployment(watch)));
  noun
    .command('cancel')
    .description('stop a deployment')
    .argument('<deployment>', 'name or id')
    .option(
      '--override',
      'also where automatic update made it: machines not done are held for its package, a waiting restart is left out',
    )
    .action(acting(cli, onDeployment(cancelDeployment)));
  addReviewCommand(noun, cli);
  addGroupCommands(noun, cli);
  noun
    .command('retry')
    .description('clear the errors of failed runs and run them again')
    .argument('<deployment>', 'name or id')
    .argument('[runs...]', 'ids of runs; else every failed one')
    .action(acting(cli, onDeployment(retryDeployment)));
}

const createExamples = `
Examples:
  tenkai deployment create --package nginx --collection "Web servers" --watch
  tenkai deployment create --scenario "Web server" --collection all --at 2027-01-31T22:00:00+09:00
  tenkai deployment create --scenario Classroom --collection "Room 12" --max-targets 30 --max-wait 15`;

async function previewDeployment(session: Session, options: DraftOptions) {
  const { output } = session;
  const { client } = await session.connect();
  const body = await draftOf(session, client, options);
  const preview = await client(deploymentRoutes.preview, { body });
  output.result(preview, () => {
    const total = `${preview.applicableCount} of ${preview.targetCount} machines, ${bytesText(preview.totalBytes)}, ${countText(preview.totalRestarts, 'restart')}`;
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
  { title: 'Earliest', value: earliestText },
  { title: 'Why', value: (row) => row.reasons.map(reasonSentence).join('; '), shrinks: true },
];

/** Machines that would run it have a time unless no window is ever long enough. */
function earliestText({ isApplicable, earliestStartAt }: PreviewRow): string {
  return isApplicable && earliestStartAt === null ? 'never' : timeText(earliestStartAt);
}

async function createDeployment(session: Session, options: DraftOptions & { watch?: boolean }) {
  const { output } = session;
  const { client } = await session.connect();
  const body = await draftOf(session, client, options);
  const made = await client(deploymentRoutes.create, { body });
  if (options.watch) {
    output.note(`Deploying ${made.name} (${made.id}) to ${made.collectionName}`);
    return watchDeployment(session, client, made.id);
  }
  return output.result(made, () =>
    [
      `Made ${output.style.bold(made.name)}, ${made.status}, id ${made.id}`,
      ...warningLines(session, made),
    ].join('\n'),
  );
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
  { status, review, limit }: { status?: string; review?: boolean; limit: number },
) {
  const { client } = await connect();
  const query = { ...(status ? { status } : {}), ...(review ? { needsReview: true } : {}) };
  const items = await allPages(client, deploymentRoutes.list, { query }, limit);
  output.result(items, () => output.table(items, columns, 'There is no deployment.'));
}

async function showDeployment(session: Session, id: string) {
  const { output } = session;
  const { client } = await session.connect();
  const row = await client(deploymentRoutes.get, { params: { id } });
  const warnings = [...warningLines(session, row), ...reviewLines(session, row)];
  const shown = () =>
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
      ...timingFacts(row),
      ...deliveryFacts(row),
    ]);
  output.result(row, () => [shown(), ...warnings].join('\n'));
}

async function watch(session: Session, id: string) {
  const { client } = await session.connect();
  await watchDeployment(session, client, id);
}

async function cancelDeployment(
  { connect, output }: Session,
  id: string,
  { override = false }: { override?: boolean },
) {
  const { client } = await connect();
  const done = await client(deploymentRoutes.cancel, { params: { id }, query: { override } });
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
