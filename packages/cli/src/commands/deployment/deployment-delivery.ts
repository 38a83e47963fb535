import { type DeliverySettings, deliveryOf, Failure, reasonSentence } from '@tenkai/domain';
import {
  type DeploymentRow,
  deploymentRoutes,
  type RunRow,
  type WaveRow,
} from '@tenkai/protocol/api/deployments.ts';
import type { Client } from '@tenkai/protocol/client.ts';
import { type Command, Option } from 'commander';
import { durationText, timeText } from '../../format.ts';
import { allPages } from '../../pages.ts';
import { acting, type Cli, type Session } from '../../session.ts';
import type { Column } from '../../table.ts';
import { tellEach } from '../machine/machine-acts.ts';
import { onDeployment } from './find-deployment.ts';

export interface DeliveryOptions {
  readonly delivery?: DeliverySettings['method'];
  /** `none` takes a limit away. */
  readonly maxTargets?: string;
  readonly maxWait?: string;
  readonly multicastAddress?: string;
}

export function addDeliveryOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--delivery <method>', 'how content reaches machines').choices([
        'auto',
        'unicast',
        'multicast',
      ]),
    )
    .option('--max-targets <number>', 'start together when so many machines are ready; "none": any number')
    .option('--max-wait <minutes>', 'start so long after the first machine was ready; "none": no limit')
    .option('--multicast-address <address>', 'IPv4 multicast address; "none": the site takes one');
}

export function namesDelivery(options: DeliveryOptions): boolean {
  const { delivery, maxTargets, maxWait, multicastAddress } = options;
  return [delivery, maxTargets, maxWait, multicastAddress].some((option) => option !== undefined);
}

/** Settings with the options laid over them. @throws Failure usage-wrong */
export function deliveryFrom(options: DeliveryOptions, before: DeliverySettings): DeliverySettings {
  return {
    method: options.delivery ?? before.method,
    maxTargets: numberFrom(options.maxTargets, before.maxTargets, '--max-targets'),
    maxWaitMinutes: numberFrom(options.maxWait, before.maxWaitMinutes, '--max-wait'),
    address:
      options.multicastAddress === undefined
        ? before.address
        : options.multicastAddress === 'none'
          ? null
          : options.multicastAddress,
  };
}

function numberFrom(text: string | undefined, before: number | null, option: string): number | null {
  if (text === undefined) return before;
  if (text === 'none') return null;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const problem = `${option} is "${text}", which is neither a number nor "none".`;
  throw new Failure('usage-wrong', { problem, command: 'tenkai deployment create' });
}

/** Commands for machines that wait for each other. */
export function addGroupCommands(noun: Command, cli: Cli) {
  addDeliveryOptions(noun.command('delivery'))
    .description('show or change how a deployment delivers; changes count for the next wave')
    .argument('<deployment>', 'name or id')
    .action(acting(cli, onDeployment(delivery)));
  noun
    .command('start-group')
    .description('start the machines that wait for others now; latecomers make the next wave')
    .argument('<deployment>', 'name or id')
    .action(acting(cli, onDeployment(startGroup)));
  noun
    .command('leave-group')
    .description('take machines out of their group: each starts alone, by unicast')
    .argument('<deployment>', 'name or id')
    .argument('<machines...>', 'names of machines or ids of runs')
    .action(acting(cli, onDeployment(leaveGroup)));
  noun
    .command('unicast')
    .description('let machines fetch by themselves and wait for no other')
    .argument('<deployment>', 'name or id')
    .argument('[machines...]', 'names of machines or ids of runs; else the whole deployment')
    .action(acting(cli, onDeployment(goUnicast)));
  noun
    .command('waves')
    .description('list the waves in which machines began')
    .argument('<deployment>', 'name or id')
    .action(acting(cli, onDeployment(listWaves)));
  noun
    .command('request')
    .description('run an available deployment, as the users of the machines would')
    .argument('<deployment>', 'name or id')
    .argument('[machines...]', 'names of machines or ids of runs; else every one that was not asked for')
    .action(acting(cli, onDeployment(requestRuns)));
}

async function delivery(session: Session, id: string, options: DeliveryOptions) {
  const { client } = await session.connect();
  const found = await client(deploymentRoutes.get, { params: { id } });
  const body = deliveryFrom(options, deliveryOf(found.draft));
  const row = namesDelivery(options)
    ? await client(deploymentRoutes.changeDelivery, { params: { id }, body })
    : found;
  session.output.result(row.delivery, () =>
    [session.output.properties(deliveryFacts(row)), ...warningLines(session, row)].join('\n'),
  );
}

export function warningLines({ output }: Session, { warnings }: DeploymentRow): string[] {
  return warnings.map((warning) => output.style.warn(reasonSentence(warning)));
}

/** Lines for `show`: what counts, what is ignored and why, who waits. */
export function deliveryFacts({ delivery, group }: DeploymentRow): [string, string][] {
  const ignored = delivery.ignored.map(({ field, reason }): [string, string] => [
    `Ignored: ${field}`,
    reasonSentence(reason),
  ]);
  return [
    ['Delivery', delivery.method],
    ['Max. targets', String(delivery.maxTargets ?? '-')],
    ['Max. wait', delivery.maxWaitMinutes === null ? '-' : `${delivery.maxWaitMinutes} min`],
    ['Address', delivery.address ?? '-'],
    ...ignored,
    ['Group', group ? groupText(group) : '-'],
  ];
}

type Group = NonNullable<DeploymentRow['group']>;

/** `3 of 5 ready, starts 2026-03-02 12:10:00 at the latest (in 4:30)` */
export function groupText({ ready, wanted, startsAt }: Group): string {
  const count = wanted === null ? `${ready} ready` : `${ready} of ${wanted} ready`;
  return startsAt === null ? count : `${count}, ${latestText(startsAt)}`;
}

function latestText(startsAt: number): string {
  return `starts ${timeText(startsAt)} at the latest (in ${durationText(startsAt - Date.now())})`;
}

/** Why a run waits or ended; who waits for others is told until when. */
export function whyText({ reason, waitsUntil, isInGroup }: RunRow): string {
  if (!reason) return '';
  const sentence = reasonSentence(reason);
  return isInGroup && waitsUntil !== null ? `${sentence} It ${latestText(waitsUntil)}.` : sentence;
}

async function startGroup({ connect, output }: Session, id: string) {
  const { client } = await connect();
  const { waves } = await client(deploymentRoutes.startGroup, { params: { id } });
  output.result(waves, () => output.table(waves, waveColumns, ''));
}

async function listWaves({ connect, output }: Session, id: string) {
  const { client } = await connect();
  const { items } = await client(deploymentRoutes.waves, { params: { id } });
  output.result(items, () => output.table(items, waveColumns, 'No wave has begun.'));
}

const causes: Readonly<Record<WaveRow['cause'], string>> = {
  full: 'the group was full',
  waited: 'the longest wait had ended',
  'nobody-else': 'nobody was left to wait for',
  window: 'their maintenance window closes',
  asked: 'an operator started it',
};

const waveColumns: readonly Column<WaveRow>[] = [
  { title: 'Wave', value: ({ number }) => String(number), align: 'right' },
  { title: 'Machines', value: ({ machineCount }) => String(machineCount), align: 'right' },
  { title: 'Began', value: ({ startedAt }) => timeText(startedAt) },
  { title: 'Why', value: ({ cause }) => causes[cause], shrinks: true },
  { title: 'By', value: ({ startedBy }) => startedBy ?? '-' },
];

async function leaveGroup(session: Session, id: string, machines: string[]) {
  const { client } = await session.connect();
  const runs = await namedRuns(client, id, machines);
  const { results } = await client(deploymentRoutes.leaveGroup, { body: bodyOf(runs) });
  tellEach(session, rowsOf(runs), results);
}

async function goUnicast(session: Session, id: string, machines: string[]) {
  const { client } = await session.connect();
  if (machines.length === 0) {
    const row = await client(deploymentRoutes.goUnicast, { params: { id } });
    return session.output.result(row, () => `${row.name} delivers by unicast.`);
  }
  const runs = await namedRuns(client, id, machines);
  const { results } = await client(deploymentRoutes.runsGoUnicast, { body: bodyOf(runs) });
  return tellEach(session, rowsOf(runs), results);
}

async function requestRuns(session: Session, id: string, machines: string[]) {
  const { client } = await session.connect();
  const named = machines.length > 0 ? await namedRuns(client, id, machines) : undefined;
  const runs = named ?? (await runsOf(client, id)).filter(({ reason }) => reason?.code === 'not-requested');
  if (runs.length === 0) return session.output.result([], () => 'No run waits for being asked for.');
  const { results } = await client(deploymentRoutes.requestRuns, { body: bodyOf(runs) });
  return tellEach(session, rowsOf(runs), results);
}

function runsOf(client: Client, id: string): Promise<RunRow[]> {
  return allPages(client, deploymentRoutes.runs, { params: { id }, query: {} });
}

/** @throws Failure not-found */
async function namedRuns(client: Client, id: string, names: readonly string[]): Promise<RunRow[]> {
  const runs = await runsOf(client, id);
  return names.map((name) => {
    const found = runs.find((run) => run.id === name || run.machineName.toLowerCase() === name.toLowerCase());
    if (!found) throw new Failure('not-found', { what: 'run', id: name });
    return found;
  });
}

const bodyOf = (runs: readonly RunRow[]) => ({ runIds: runs.map((run) => run.id) });
/** Results are told by machine. */
const rowsOf = (runs: readonly RunRow[]) =>
  runs.map(({ machineId, machineName }) => ({ id: machineId, name: machineName }));
