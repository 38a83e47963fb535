import { reasonSentence } from '@tenkai/domain';
import { deploymentRoutes, type RunDetail, type RunRow } from '@tenkai/protocol/api/deployments.ts';
import { allPages } from '../../pages.ts';
import type { Session } from '../../session.ts';
import type { Column } from '../../table.ts';
import { whyText } from './deployment-delivery.ts';

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
  { title: 'By', value: (row) => row.delivery?.method ?? '-' },
  { title: 'Why', value: whyText, shrinks: true },
  { title: 'Run', value: (row) => row.id },
];

export async function listRuns(
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

export async function showRun({ connect, output }: Session, id: string) {
  const { client } = await connect();
  const run = await client(deploymentRoutes.run, { params: { id } });
  output.result(run, () =>
    [
      output.table([run], runColumns, ''),
      output.properties([
        ['Delivery', run.delivery ? reasonSentence(run.delivery.reason) : '-'],
        ['Wave', String(run.wave?.number ?? '-')],
      ]),
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
