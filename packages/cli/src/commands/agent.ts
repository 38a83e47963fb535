import { copyFile, link, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  type AgentPackageKind,
  agentUpgradeProgram,
  defaultAgentDeadlineMinutes,
  Failure,
  isOwnAgentPackage,
  newPackageDraft,
  type PackageDraft,
  reasonSentence,
  type UpdatePolicy,
  Urgency,
  upgradeFiles,
} from '@tenkai/domain';
import { packageRoutes } from '@tenkai/protocol/api/packages.ts';
import { type UpdateMachineRow, updateRoutes } from '@tenkai/protocol/api/updates.ts';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { createPatch, registerPatch } from '../agent-upgrade/patch-package.ts';
import { signMsp } from '../agent-upgrade/sign-msp.ts';
import { draftOfDeb } from '../deb.ts';
import { timeText } from '../format.ts';
import { allPages } from '../pages.ts';
import { draftOfRpm } from '../rpm.ts';
import { acting, type Cli, type Session } from '../session.ts';
import type { Column } from '../table.ts';
import { readFolders, uploadBuilt } from '../upload.ts';

const folderName = 'tenkai-agent';

/** The agent of Tenkai as a package of Tenkai. */
export function addAgentCommands(program: Command, cli: Cli) {
  const noun = program.command('agent').description('the agent itself');
  noun
    .command('pending')
    .description(
      'machines whose agent automatic update is to upgrade and has not yet: tries, last error (installed by dpkg or rpm, and not excluded)',
    )
    .action(acting(cli, listPending));
  const packages = noun.command('package').description('the package that upgrades agents');
  packages
    .command('create')
    .description(
      'make the package that upgrades agents, or seal its next revision, from the agent’s .deb or .rpm',
    )
    .argument(
      '<file>',
      'tenkai-agent_VERSION_ARCHITECTURE.deb or tenkai-agent-VERSION-RELEASE.ARCHITECTURE.rpm',
    )
    .option('--id <id>', `package ID (default: ${folderName}, of an .rpm ${folderName}-rpm)`)
    .option(
      '--deadline <minutes>',
      'a new agent that has not reported by then is replaced by the old one',
      minutes,
      defaultAgentDeadlineMinutes,
    )
    .addOption(
      new Option(
        '--urgency <urgency>',
        'highest and high: automatic update brings it (default: as before)',
      ).choices(Urgency.anyOf.map((item) => item.const)),
    )
    .action(acting(cli, createAgentPackage));
  addPatchCommands(noun, cli);
}

const several = (value: string, before: string[] = []) => [...before, value];

function addPatchCommands(noun: Command, cli: Cli) {
  const patches = noun.command('patch').description('patches that change the programs of agents only');
  patches
    .command('create')
    .description("make a patch of a newer agent's .deb, signed by the site")
    .argument('<deb>', 'tenkai-agent_VERSION_ARCHITECTURE.deb')
    .requiredOption('--id <id>', 'letters and digits, such as TK1001')
    .requiredOption('--title <text>', 'what it cures, in a sentence')
    .option('--symptom <text>', 'how one sees that it is needed', '')
    .option('--replaces <id>', 'a patch that it holds; may be repeated', several)
    .option('--requires <id>', 'a patch that must be applied before it; may be repeated', several)
    .option('--out <file>', 'new file (default: tenkai-agent-VERSION-ID.tkp here)')
    .action(acting(cli, createPatch));
  patches
    .command('sign')
    .description('have the site sign a patch for Windows; its signature is written beside it (FILE.sig)')
    .argument('<msp>', 'made by npm run package:msp, with its table beside it (FILE.json)')
    .option('--symptom <text>', 'how one sees that it is needed')
    .option('--replaces <id>', 'a patch that it holds; may be repeated', several)
    .option('--requires <id>', 'a patch that must be applied before it; may be repeated', several)
    .action(acting(cli, signMsp));
  patches
    .command('register')
    .description('make a package of a patch, to be deployed or to be a step of a scenario')
    .argument('<file>', '.tkp made by create, or .msp with its signature made by sign')
    .action(acting(cli, registerPatch));
}

function minutes(text: string): number {
  const value = Number(text);
  if (value >= 1 && value <= 720 && Number.isInteger(value)) return value;
  throw new InvalidArgumentError('It must be a number of minutes.');
}

const pendingColumns: readonly Column<UpdateMachineRow>[] = [
  { title: 'Machine', value: (row) => row.machineName },
  { title: 'State', value: (row) => row.state },
  { title: 'Tries', value: (row) => String(row.attempts), align: 'right' },
  { title: 'Not before', value: (row) => timeText(row.until) },
  { title: 'Why', value: (row) => (row.reason ? reasonSentence(row.reason) : ''), shrinks: true },
  {
    title: 'Last error',
    value: (row) => (row.lastError ? reasonSentence(row.lastError) : ''),
    shrinks: true,
  },
];

/** BAGT-07: what the site itself brings to its agents, where it has not arrived. */
async function listPending({ connect, output }: Session) {
  const { client } = await connect();
  const packages = await client(updateRoutes.packages);
  const own = packages.items.filter(({ packageId }) => isOwnAgentPackage(packageId));
  const rows: UpdateMachineRow[] = [];
  for (const { packageId: id } of own)
    rows.push(...(await allPages(client, updateRoutes.machines, { params: { id } })));
  const pending = rows.filter(({ state }) => state !== 'applied' && state !== 'not-applicable');
  const policy = await client(updateRoutes.policy);
  const none = own.length === 0 ? 'The site has no agent package of its version.' : nonePending(policy);
  output.result(pending, () => output.table(pending, pendingColumns, none));
}

function nonePending({ isOn, upgradesAgents }: UpdatePolicy): string {
  if (!isOn) return 'Automatic update is off, and upgrades no agent: tenkai update policy isOn=true';
  if (!upgradesAgents)
    return 'The upgrade of agents is off, and automatic update upgrades none: tenkai update policy upgradesAgents=true';
  return 'Automatic update has no agent to upgrade. Agents of systems or architectures for which the site has no package of its version (Windows never has one), and excluded machines are not looked at.';
}

interface CreateOptions {
  readonly id?: string;
  readonly deadline: number;
  readonly urgency?: PackageDraft['urgency'];
}

async function createAgentPackage(session: Session, fileText: string, options: CreateOptions) {
  const file = resolve(session.terminal.cwd, fileText);
  const kind = kindOf(file);
  const id = options.id ?? (kind === 'rpm' ? `${folderName}-rpm` : folderName);
  const draft = await draftOf({ file, kind, id, deadline: options.deadline }, session.signal);
  const work = await mkdtemp(join(tmpdir(), 'tenkai-agent-package-'));
  try {
    const built = await readFolders(session, [await fillFolder(work, file, kind)]);
    const contentId = await uploadBuilt(session, built);
    const { urgency } = options;
    const saved = await save(session, { draft, contentId, over: urgency ? { urgency } : {} });
    const { revision } = saved.package;
    session.output.result(
      saved,
      () => `Package ${id}, revision ${revision}, brings agents to ${draft.version}`,
    );
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** @throws Failure usage-wrong */
function kindOf(file: string): AgentPackageKind {
  const kind = /\.(deb|rpm)$/i.exec(file)?.[1]?.toLowerCase();
  if (kind === 'deb' || kind === 'rpm') return kind;
  const problem = `"${file}" is no .deb and no .rpm, and only these can be taken back by themselves where the new agent does not report. An .msi is registered as any other: tenkai package create FILE`;
  throw new Failure('usage-wrong', { problem, command: 'tenkai agent package create' });
}

interface Wanted {
  readonly file: string;
  readonly kind: AgentPackageKind;
  readonly id: string;
  readonly deadline: number;
}

/** An ordinary package: what differs is its program, which watches over what it installs. */
async function draftOf({ file, kind, id, deadline }: Wanted, signal: AbortSignal): Promise<PackageDraft> {
  if (!(await stat(file).catch(() => undefined))?.isFile())
    throw new Failure('file-unreadable', { path: file, reason: 'there is no such file' });
  const known = await (kind === 'rpm' ? draftOfRpm : draftOfDeb)(file, signal);
  if (known.name !== 'tenkai-agent') {
    const problem = `"${file}" is the package ${known.name}, not tenkai-agent.`;
    throw new Failure('usage-wrong', { problem, command: 'tenkai agent package create' });
  }
  // The agent itself knows nothing of the release of an rpm.
  const version = (known.version ?? '').replace(kind === 'rpm' ? /-[^-]*$/ : '', '');
  const programs = [agentUpgradeProgram(folderName, version, deadline)];
  return newPackageDraft({ ...known, id, name: 'Tenkai agent', type: 'agent', programs });
}

async function fillFolder(work: string, file: string, kind: AgentPackageKind): Promise<string> {
  const folder = join(work, folderName);
  await mkdir(folder);
  const target = join(folder, `tenkai-agent.${kind}`);
  await link(file, target).catch(() => copyFile(file, target));
  for (const [name, text] of Object.entries(upgradeFiles(kind)))
    await writeFile(join(folder, name), text, { mode: 0o755 });
  return folder;
}

interface Save {
  readonly draft: PackageDraft;
  readonly contentId: string;
  /** What was asked for on this command line. */
  readonly over: Partial<PackageDraft>;
}

async function save({ connect }: Session, { draft, contentId, over }: Save) {
  const { client } = await connect();
  const { items } = await client(packageRoutes.list, { query: { search: draft.id } });
  const before = items.find((row) => row.id === draft.id);
  if (!before) return client(packageRoutes.create, { body: { draft: { ...draft, ...over }, contentId } });
  // What an administrator has chosen about it stays: urgency, relations, hooks.
  const { draft: kept } = await client(packageRoutes.get, { params: { id: draft.id } });
  const { version, summary, detection, programs, targets } = draft;
  const next = { ...kept, version, summary, detection, programs, targets, ...over };
  const body = { draft: next, contentId, revision: before.revision };
  return client(packageRoutes.update, { params: { id: draft.id }, body });
}
