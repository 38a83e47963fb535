import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { enrollmentRoutes } from '@tenkai/protocol/api/enrollment.ts';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { countText } from '../format.ts';
import { acting, type Cli, type Session } from '../session.ts';
import { runSimulator, type SimulatorLine, type Tally } from '../simulator.ts';

const profileNames = 'office, classroom, server-room, flaky';
const mostMachines = 150_000;

export function addSimulateCommand(program: Command, cli: Cli) {
  program
    .command('simulate')
    .description('run a fleet of simulated machines against the site, until Ctrl C')
    .argument('<machines>', 'how many', wholeFrom(1, mostMachines))
    .addOption(
      new Option('--seed <number>', 'decides everything random').default(1).argParser(wholeFrom(0, 2 ** 31)),
    )
    .option(
      '--profile <name or file>',
      `how machines are and behave: ${profileNames}, or a JSON file`,
      'office',
    )
    .addOption(new Option('--speed <factor>', 'times faster than life').default(1).argParser(speed))
    .option('--state <folder>', 'remembers the fleet, so that a second start is the same machines')
    .addOption(
      new Option('--processes <number>', 'how many (else as many as limits ask for)').argParser(
        wholeFrom(1, 256),
      ),
    )
    .addOption(
      new Option('--for <seconds>', 'end by itself after this time').argParser(wholeFrom(1, 31_536_000)),
    )
    .addHelpText('after', examples)
    .action(acting(cli, simulate));
}

const examples = `
Profiles:
  office       a tenth is off, installers take minutes, few fail
  classroom    rooms of equal machines, all on, nearly all well
  server-room  servers that never sleep: fast lines, long restarts
  flaky        lines that break and are late, installers that fail, machines
               that go off or restart in the middle of a step

Everything random comes from the seed: the same seed and profile are the same
machines, and each of them ends each package in the same way.

Examples:
  tenkai simulate 20000 --seed 7 --profile office
  tenkai simulate 300 --profile classroom --speed 20 --for 600 --json

The machines enroll with a ticket that this command makes, and stay in the site: remove them in the console.`;

interface Options {
  readonly seed: number;
  readonly profile: string;
  readonly speed: number;
  readonly state?: string;
  readonly processes?: number;
  readonly for?: number;
}

async function simulate(session: Session, count: number, options: Options) {
  const { terminal, output, connect, signal } = session;
  const { url, client } = await connect();
  const limit = options.for === undefined ? [] : [AbortSignal.timeout(options.for * 1000)];
  const isFile = /[/\\.]/.test(options.profile);
  const tally = await runSimulator({
    request: {
      url,
      count,
      seed: options.seed,
      profile: isFile ? resolve(terminal.cwd, options.profile) : options.profile,
      speed: options.speed,
      processes: options.processes ?? null,
      stateFolder: resolve(terminal.cwd, options.state ?? defaultFolder(session, url, options)),
    },
    env: terminal.env,
    signal: AbortSignal.any([signal, ...limit]),
    async admit(machines) {
      const body = { name: `simulation ${options.seed}`, maxUses: machines, validHours: 24 };
      const { secret, rootFingerprint } = await client(enrollmentRoutes.createTicket, { body });
      return { ticket: secret, rootFingerprint };
    },
    onLine: (line) => show(session, line),
  });
  output.result(tally, () => output.properties(rowsOf(tally)));
}

/** By default the same seed and profile at the same site are the same fleet. */
function defaultFolder({ terminal: { env } }: Session, url: string, { seed, profile }: Options): string {
  const base = env.XDG_STATE_HOME || join(env.HOME || homedir(), '.local', 'state');
  const name = [new URL(url).host, profile, String(seed)].join('-').replaceAll(/[^A-Za-z0-9.-]+/g, '_');
  return join(base, 'tenkai', 'simulator', name);
}

function show({ output }: Session, line: SimulatorLine) {
  if (line.kind === 'admit') output.note(`New machines: ${line.machines}; they enroll with a ticket.`);
  if (line.kind === 'started') output.note(`Running in ${line.processes} processes. Ctrl C ends it.`);
  if (line.kind === 'tally') output.line(progressText(line.tally));
}

function progressText({ counts, troubles }: Tally): string {
  const trouble = Object.values(troubles).reduce((sum, count) => sum + count, 0);
  const parts = [
    `${counts.online} of ${counts.machines} online`,
    ...(counts.enrolled < counts.machines ? [`${counts.enrolled} enrolled`] : []),
    ...(counts.off > 0 ? [`${counts.off} off`] : []),
    `runs: ${counts.runsOpen} open, ${counts.runsSucceeded} well, ${counts.runsFailed} failed`,
    countText(counts.reports, 'report'),
    ...(trouble > 0 ? [`${trouble} troubles`] : []),
  ];
  return parts.join('  ');
}

function rowsOf({ counts, troubles, runFailures }: Tally): [string, string][] {
  const listed = (record: Readonly<Record<string, number>>) =>
    Object.entries(record)
      .sort(([, a], [, b]) => b - a)
      .map(([reason, count]) => `${count} ${reason}`)
      .join(', ') || 'none';
  return [
    ['Machines', `${counts.machines}: ${counts.enrolled} enrolled, ${counts.refused} refused`],
    [
      'Runs',
      `${counts.runsBegun} begun, ${counts.runsSucceeded} well, ${counts.runsFailed} failed, ${counts.runsCancelled} cancelled`,
    ],
    ['Failures', listed(runFailures)],
    ['Restarts', `${counts.restarts}, and ${counts.crashes} in the middle of a step`],
    ['Reports', `${counts.reports} in ${counts.checkIns} check-ins`],
    ['Troubles', listed(troubles)],
  ];
}

function wholeFrom(least: number, most: number) {
  return (text: string): number => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

function speed(text: string): number {
  const value = Number(text);
  if (value > 0 && value <= 100_000) return value;
  throw new InvalidArgumentError('It must be a number above 0, at most 100000.');
}
