import {
  Failure,
  flattenSteps,
  type ProgramReference,
  type ScenarioDraft,
  type StepNode,
} from '@tenkai/domain';
import { type ScenarioDetail, type ScenarioRow, scenarioRoutes } from '@tenkai/protocol/api/scenarios.ts';
import type { Client } from '@tenkai/protocol/client.ts';
import type { Command } from 'commander';
import { timeText } from '../format.ts';
import { pick } from '../pick.ts';
import { confirm } from '../prompt.ts';
import { readJson } from '../read-file.ts';
import { acting, type Cli, type Session } from '../session.ts';
import type { Column } from '../table.ts';

interface ScenarioOptions {
  readonly from?: string;
  readonly name?: string;
  readonly description?: string;
  readonly package?: string[];
  readonly variable?: string[];
  readonly runFirst?: string;
  readonly restartAfter?: boolean;
  readonly restartAtStart?: boolean;
  readonly powerOffAtEnd?: boolean;
}

export function addScenarioCommands(program: Command, cli: Cli) {
  const noun = program.command('scenario').description('ordered steps that machines carry out');
  addDraftOptions(noun.command('create'))
    .description('make a scenario from a JSON file, or one that installs packages in order')
    .addHelpText('after', createExamples)
    .action(acting(cli, createScenario));
  addDraftOptions(noun.command('modify'))
    .description('change a scenario; deployments that have started keep what they started with')
    .argument('<scenario>', 'name or id')
    .action(acting(cli, modifyScenario));
  noun
    .command('list')
    .description('list scenarios')
    .option('--search <words>', 'words of name or description')
    .action(acting(cli, listScenarios));
  noun
    .command('show')
    .description('show a scenario with its steps, and what keeps it from being deployed')
    .argument('<scenario>', 'name or id')
    .option('--draft', 'print the scenario alone, for create --from')
    .action(acting(cli, showScenario));
  noun
    .command('remove')
    .description('delete a scenario that no open deployment uses')
    .argument('<scenario>', 'name or id')
    .option('--yes', 'do not ask')
    .action(acting(cli, removeScenario));
}

function addDraftOptions(command: Command): Command {
  return command
    .option('--from <file>', 'JSON scenario ("-": standard input); other options win')
    .option('--name <text>', 'name')
    .option('--description <text>', 'what it is for')
    .option('--package <packages...>', 'steps that install these, in this order; also package:program')
    .option('--variable <NAME=value...>', 'variables')
    .option('--run-first <package>', 'run this first, where it is not there yet; also package:program')
    .option('--restart-after', 'restart at the end')
    .option('--restart-at-start', 'restart first')
    .option('--power-off-at-end', 'shut the machine down at the end');
}

const createExamples = `
Examples:
  tenkai scenario create --name "Web server" --package nginx myapp:install
  tenkai scenario create --from scenario.json`;

/** The scenario that a person means by name or id. */
export async function findScenario(client: Client, text: string): Promise<ScenarioRow> {
  return pick((await client(scenarioRoutes.list)).items, text, 'scenario');
}

async function createScenario(session: Session, options: ScenarioOptions) {
  const draft = await draftOf(session, options, {
    name: '',
    description: '',
    variables: [],
    steps: [],
    options: { restartAfter: false, powerOffAtEnd: false, restartAtStart: false },
  });
  if (draft.name === '') throw wrongUse('A scenario needs --name or --from.');
  const { client } = await session.connect();
  const saved = await client(scenarioRoutes.create, { body: draft });
  tellSaved(session, 'Made', saved);
}

async function modifyScenario(session: Session, text: string, options: ScenarioOptions) {
  const { client } = await session.connect();
  const { id } = await findScenario(client, text);
  const before = await client(scenarioRoutes.get, { params: { id } });
  const draft = await draftOf(session, options, before.draft);
  const saved = await client(scenarioRoutes.update, {
    params: { id },
    body: { draft, revision: before.revision },
  });
  tellSaved(session, 'Changed', saved);
}

function tellSaved({ output }: Session, verb: string, saved: ScenarioDetail) {
  for (const { message } of saved.problems) output.warn(message);
  output.result(
    saved,
    () => `${verb} ${output.style.bold(saved.name)}, revision ${saved.revision}, id ${saved.id}`,
  );
}

async function draftOf(
  { terminal }: Session,
  options: ScenarioOptions,
  base: ScenarioDraft,
): Promise<ScenarioDraft> {
  const file =
    options.from === undefined ? {} : await readJson<Partial<ScenarioDraft>>(terminal, options.from);
  const draft = { ...base, ...file };
  return {
    ...draft,
    name: options.name ?? draft.name,
    description: options.description ?? draft.description,
    variables: options.variable?.map(variableFrom) ?? draft.variables,
    steps: options.package?.map(installStep) ?? draft.steps,
    options: {
      ...draft.options,
      ...(options.runFirst === undefined ? {} : { runFirst: referenceFrom(options.runFirst) }),
      restartAfter: options.restartAfter ?? draft.options.restartAfter,
      restartAtStart: options.restartAtStart ?? draft.options.restartAtStart,
      powerOffAtEnd: options.powerOffAtEnd ?? draft.options.powerOffAtEnd,
    },
  };
}

export function variableFrom(text: string) {
  const at = text.indexOf('=');
  if (at <= 0) throw wrongUse(`"${text}" is not NAME=value.`);
  return { name: text.slice(0, at), value: text.slice(at + 1) };
}

function installStep(text: string, index: number): StepNode {
  const reference = referenceFrom(text);
  const id = `install-${index + 1}`;
  return { kind: 'install-package', id, name: `Install ${reference.packageId}`, ...reference };
}

/** `package` or `package:program`. */
function referenceFrom(text: string): ProgramReference {
  const [packageId = '', program] = text.split(':', 2);
  return { packageId, program: program ?? null };
}

function wrongUse(problem: string): Failure {
  return new Failure('usage-wrong', { problem, command: 'tenkai scenario create' });
}

const columns: readonly Column<ScenarioRow>[] = [
  { title: 'Name', value: (row) => row.name, shrinks: true },
  { title: 'Description', value: (row) => row.description, shrinks: true },
  { title: 'Kind', value: (row) => row.kinds.join(', ') || '-' },
  { title: 'Steps', value: (row) => String(row.stepCount), align: 'right' },
  { title: 'Revision', value: (row) => String(row.revision), align: 'right' },
  { title: 'Changed', value: (row) => timeText(row.updatedAt) },
  { title: 'ID', value: (row) => row.id },
];

async function listScenarios({ connect, output }: Session, { search }: { search?: string }) {
  const { client } = await connect();
  const { items } = await client(scenarioRoutes.list, { query: search ? { search } : {} });
  output.result(items, () => output.table(items, columns, 'There is no scenario.'));
}

async function showScenario({ connect, output }: Session, text: string, { draft }: { draft?: boolean }) {
  const { client } = await connect();
  const { id } = await findScenario(client, text);
  const detail = await client(scenarioRoutes.get, { params: { id } });
  if (draft) return output.result(detail.draft, () => JSON.stringify(detail.draft, null, 2));
  return output.result(detail, () => detailText(output, detail));
}

function detailText(output: Session['output'], detail: ScenarioDetail): string {
  const steps = flattenSteps(detail.draft.steps).map(({ step, groups }, index) => ({
    index: String(index + 1),
    kind: step.kind,
    name: [...groups.map((group) => group.name), step.name].join(' › '),
  }));
  const parts = [
    output.properties([
      ['Name', detail.name],
      ['ID', detail.id],
      ['Description', detail.description],
      ['Revision', `${detail.revision}, ${timeText(detail.updatedAt)}`],
      ['Runs first', referenceText(detail.draft.options.runFirst)],
    ]),
    output.table(
      steps,
      [
        { title: '#', value: (row) => row.index, align: 'right' },
        { title: 'Kind', value: (row) => row.kind },
        { title: 'Step', value: (row) => row.name, shrinks: true },
      ],
      'There are no steps.',
    ),
  ];
  const problems = detail.problems.map(
    ({ severity, stepId, message }) => `${severity} (${stepId}): ${message}`,
  );
  return [...parts, problems.join('\n')].filter((part) => part !== '').join('\n\n');
}

function referenceText(reference: ProgramReference | undefined): string {
  if (!reference) return '-';
  return reference.program === null ? reference.packageId : `${reference.packageId}: ${reference.program}`;
}

async function removeScenario(
  { connect, output, terminal }: Session,
  text: string,
  { yes }: { yes?: boolean },
) {
  const { client } = await connect();
  const { id, name } = await findScenario(client, text);
  await confirm(terminal, `Delete the scenario ${name}?`, yes);
  const done = await client(scenarioRoutes.remove, { params: { id } });
  output.result(done, () => `Deleted ${name}`);
}
