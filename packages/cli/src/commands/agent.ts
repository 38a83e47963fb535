import { copyFile, link, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Failure, newPackageDraft, newProgram, type PackageDraft, Urgency } from '@tenkai/domain';
import { packageRoutes } from '@tenkai/protocol/api/packages.ts';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { createPatch, registerPatch } from '../agent-upgrade/patch-package.ts';
import { guardScript, upgradeScript } from '../agent-upgrade/scripts.ts';
import { draftOfDeb } from '../deb.ts';
import { acting, type Cli, type Session } from '../session.ts';
import { readFolders, uploadBuilt } from '../upload.ts';

const folderName = 'tenkai-agent';
const defaultDeadlineMinutes = 10;

/** The agent of Tenkai as a package of Tenkai. */
export function addAgentCommands(program: Command, cli: Cli) {
  const noun = program.command('agent').description('the agent itself');
  const packages = noun.command('package').description('the package that upgrades agents');
  packages
    .command('create')
    .description('make the package that upgrades agents, or seal its next revision, from the agent’s .deb')
    .argument('<deb>', 'tenkai-agent_VERSION_ARCHITECTURE.deb')
    .option('--id <id>', 'package ID', folderName)
    .option(
      '--deadline <minutes>',
      'a new agent that has not reported by then is replaced by the old one',
      minutes,
      defaultDeadlineMinutes,
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
    .command('register')
    .description('make a package of a patch, to be deployed or to be a step of a scenario')
    .argument('<file>', 'made by create')
    .action(acting(cli, registerPatch));
}

function minutes(text: string): number {
  const value = Number(text);
  if (value >= 1 && value <= 720 && Number.isInteger(value)) return value;
  throw new InvalidArgumentError('It must be a number of minutes.');
}

interface CreateOptions {
  readonly id: string;
  readonly deadline: number;
  readonly urgency?: PackageDraft['urgency'];
}

async function createAgentPackage(session: Session, debText: string, options: CreateOptions) {
  const deb = resolve(session.terminal.cwd, debText);
  const { id, urgency } = options;
  const draft = await draftOf(deb, options, session.signal);
  const work = await mkdtemp(join(tmpdir(), 'tenkai-agent-package-'));
  try {
    const built = await readFolders(session, [await fillFolder(work, deb)]);
    const contentId = await uploadBuilt(session, built);
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

/** An ordinary package: what differs is its program, which watches over what it installs. */
async function draftOf(
  deb: string,
  { id, deadline }: CreateOptions,
  signal: AbortSignal,
): Promise<PackageDraft> {
  if (!(await stat(deb).catch(() => undefined))?.isFile())
    throw new Failure('file-unreadable', { path: deb, reason: 'there is no such file' });
  const known = await draftOfDeb(deb, signal);
  if (known.name !== 'tenkai-agent') {
    const problem = `"${deb}" is the package ${known.name}, not tenkai-agent.`;
    throw new Failure('usage-wrong', { problem, command: 'tenkai agent package create' });
  }
  const program = newProgram({
    executable: `${folderName}/upgrade.sh`,
    parameters: `${known.version} ${deadline * 60}`,
  });
  // Both versions get their time, and the packages of a slow machine theirs.
  const maxRunTimeMinutes = 2 * deadline + 20;
  const programs = [{ ...program, options: { ...program.options, maxRunTimeMinutes } }];
  return newPackageDraft({ ...known, id, name: 'Tenkai agent', programs });
}

async function fillFolder(work: string, deb: string): Promise<string> {
  const folder = join(work, folderName);
  await mkdir(folder);
  const target = join(folder, 'tenkai-agent.deb');
  await link(deb, target).catch(() => copyFile(deb, target));
  await writeFile(join(folder, 'upgrade.sh'), upgradeScript, { mode: 0o755 });
  await writeFile(join(folder, 'guard.sh'), guardScript, { mode: 0o755 });
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
