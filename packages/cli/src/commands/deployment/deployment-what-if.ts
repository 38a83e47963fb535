import { reasonSentence } from '@tenkai/domain';
import {
  type DeploymentWhatIf,
  type DeploymentWhatIfRow,
  deploymentRoutes,
  ForecastOutcome,
} from '@tenkai/protocol/api/deployments.ts';
import { type Command, Option } from 'commander';
import { bytesText, countText, timeText } from '../../format.ts';
import { acting, type Cli, type Session } from '../../session.ts';
import type { Column } from '../../table.ts';
import { subnetTexts } from '../what-if-subnets.ts';
import { addDraftOptions, type DraftOptions, draftOf } from './deployment-draft.ts';

interface WhatIfOptions extends DraftOptions {
  readonly outcome?: DeploymentWhatIfRow['outcome'];
  readonly reason?: string;
  readonly search?: string;
  readonly limit: number;
}

export function addWhatIfCommand(noun: Command, cli: Cli) {
  addDraftOptions(noun.command('what-if'))
    .description('tell which machine would get a deployment when, and why not the others')
    .addOption(
      new Option('--outcome <outcome>', 'only these').choices(ForecastOutcome.anyOf.map((one) => one.const)),
    )
    .option('--reason <code>', 'only machines with this reason')
    .option('--search <words>', 'words of the machine name')
    .option('--limit <number>', 'at most so many machines', Number, 100)
    .action(acting(cli, whatIf));
}

async function whatIf(session: Session, options: WhatIfOptions) {
  const { output } = session;
  const { client } = await session.connect();
  const { outcome, reason, search, limit } = options;
  const draft = await draftOf(session, client, options);
  const question = {
    draft,
    ...(outcome && { outcome }),
    ...(reason && { reason }),
    ...(search && { search }),
  };
  let answer = await client(deploymentRoutes.whatIf, { body: { ...question, limit: Math.min(limit, 1000) } });
  const items = [...answer.machines.items];
  while (answer.machines.nextCursor !== null && items.length < limit) {
    const body = { ...question, cursor: answer.machines.nextCursor, asOf: answer.askedAt, limit: 1000 };
    answer = await client(deploymentRoutes.whatIf, { body });
    items.push(...answer.machines.items);
  }
  const shown = { ...answer, machines: { ...answer.machines, items: items.slice(0, limit) } };
  output.result(shown, () => whatIfText(session, shown));
}

function whatIfText({ output }: Session, answer: DeploymentWhatIf): string {
  const { counts, machines } = answer;
  return [
    output.table(machines.items, columns, 'No machine.'),
    `${counts.starts} of ${answer.targetCount} machines start, ${counts.waits} wait, ${counts.never} never fit a window, ${counts['not-applicable']} do not apply`,
    `${bytesText(answer.totalBytes)}, ${countText(answer.totalRestarts, 'restart')}; the last starts ${timeText(answer.lastStartsAt)}, ${latestText(answer)}`,
    ...answer.waves
      .slice(0, 20)
      .map(
        (wave) =>
          `wave ${wave.number}: ${countText(wave.machineCount, 'machine')}, ${timeText(wave.startsAt)}`,
      ),
    ...(answer.waveCount > 20 ? [`… ${countText(answer.waveCount - 20, 'more wave')}`] : []),
    ...answer.sources.map(
      ({ source, machineCount, bytes }) =>
        `from ${source ?? 'nowhere yet'}: ${countText(machineCount, 'machine')}, ${bytesText(bytes)}`,
    ),
    ...subnetTexts(answer),
    ...answer.warnings.map((warning) => output.style.warn(reasonSentence(warning))),
  ].join('\n');
}

function latestText({ latestStartAt, counts }: DeploymentWhatIf): string {
  if (counts.starts === 0) return 'none does';
  if (latestStartAt === null) return 'at the latest further ahead than was looked';
  return `at the latest ${timeText(latestStartAt)} where every run takes its longest`;
}

const columns: readonly Column<DeploymentWhatIfRow>[] = [
  { title: 'Machine', value: (row) => row.machineName },
  {
    title: 'Outcome',
    value: (row) => row.outcome,
    paint: (row, style) =>
      row.outcome === 'starts' ? style.good : row.outcome === 'never' ? style.bad : style.dim,
  },
  { title: 'Wave', value: (row) => String(row.wave ?? ''), align: 'right' },
  { title: 'Starts', value: (row) => timeText(row.startsAt) },
  { title: 'Latest', value: (row) => timeText(row.latestStartAt) },
  { title: 'Size', value: (row) => bytesText(row.bytes), align: 'right' },
  { title: 'Restarts', value: (row) => String(row.restarts), align: 'right' },
  { title: 'Why', value: (row) => row.reasons.map(reasonSentence).join('; '), shrinks: true },
];
