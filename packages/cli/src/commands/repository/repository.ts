import { pathToFileURL } from 'node:url';
import { Failure } from '@tenkai/domain/failure.ts';
import {
  type Gate,
  type PullSchedule,
  type RepositorySettings,
  repositoryRoutes,
} from '@tenkai/protocol/api/repositories.ts';
import type { Command } from 'commander';
import { confirm } from '../../prompt.ts';
import { readText } from '../../read-file.ts';
import { acting, type Cli, type Session } from '../../session.ts';
import { findRepository } from './find-repository.ts';
import { addDecisionCommands } from './repository-decisions.ts';
import { addRepositoryFolderCommands, listFolder } from './repository-folder.ts';
import { listText } from './repository-texts.ts';

interface SettingsOptions {
  readonly url?: string;
  readonly fingerprint?: string;
  readonly caFile?: string;
  readonly every?: string;
  readonly gate?: string;
  readonly enabled?: boolean;
}

/** Both halves of a package repository: the folder of a publisher, and what this site pulls from. */
export function addRepositoryCommands(program: Command, cli: Cli) {
  const noun = program
    .command('repository')
    .description('package repositories: publish them, and pull from them');
  addRepositoryFolderCommands(noun, cli);
  noun
    .command('list')
    .description('of a folder: its packages; without one: the repositories that the site pulls from')
    .argument('[folder]', 'folder of a repository')
    .action(acting(cli, list));
  addSettings(noun.command('add'))
    .description('have the site pull packages from a repository')
    .argument('<name>', 'packages carry it as their origin')
    .addHelpText('after', examples)
    .action(acting(cli, add));
  addSettings(noun.command('modify'))
    .description('change how the site pulls; what is not named stays')
    .argument('<repository>', 'name or id')
    .action(acting(cli, modify));
  noun
    .command('remove')
    .description('pull no more from a repository; its packages stay')
    .argument('<repository>', 'name or id')
    .option('--yes', 'do not ask')
    .action(acting(cli, remove));
  addDecisionCommands(noun, cli);
}

const examples = `
Examples:
  tenkai repository add main --url https://packages.example/tenkai --fingerprint 3f9a… --every 03:00 --gate hold
  tenkai repository add disk --url /media/disk/packages --fingerprint 3f9a… --every never --gate lower:normal`;

function addSettings(command: Command): Command {
  return command
    .option('--url <address>', 'https://, http://, or an absolute folder on the server')
    .option('--fingerprint <hex>', "SHA-256 of the publisher's key, as tenkai repository init has shown it")
    .option('--ca-file <file>', 'certificates (PEM) to trust for it; "": those of the system')
    .option('--every <when>', 'minutes, a time of day (HH:MM, or HH:MM@Asia/Tokyo), or never')
    .option('--gate <gate>', 'automatic, hold (for approval), or lower:high, lower:normal, lower:low')
    .option('--enabled', 'pull from it')
    .option('--no-enabled', 'do not');
}

async function settingsFrom(
  { terminal }: Session,
  options: SettingsOptions,
  base: RepositorySettings,
): Promise<RepositorySettings> {
  const { url, fingerprint, caFile, every, gate, enabled } = options;
  const ca = caFile === '' ? null : caFile === undefined ? base.ca : await readText(terminal, caFile);
  return {
    url: url === undefined ? base.url : addressOf(url),
    fingerprint: fingerprint?.replace(/[\s:]/g, '').toLowerCase() ?? base.fingerprint,
    ca,
    schedule: every === undefined ? base.schedule : scheduleFrom(every),
    gate: gate === undefined ? base.gate : gateFrom(gate),
    isEnabled: enabled ?? base.isEnabled,
  };
}

function addressOf(text: string): string {
  return text.startsWith('/') ? pathToFileURL(text).href : text;
}

function scheduleFrom(text: string): PullSchedule {
  if (text === 'never') return { kind: 'manual' };
  if (/^\d{1,5}$/.test(text)) return { kind: 'interval', minutes: Number(text) };
  const [at = '', timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone] = text.split('@', 2);
  if (/^\d\d:\d\d$/.test(at)) return { kind: 'daily', at, timeZone };
  throw wrongUse(`"${text}" is neither minutes, nor a time of day such as 03:00, nor never.`);
}

function gateFrom(text: string): Gate {
  if (text === 'automatic' || text === 'hold') return { kind: text };
  const to = (['high', 'normal', 'low'] as const).find((level) => text === `lower:${level}`);
  if (to) return { kind: 'lower', to };
  throw wrongUse(`"${text}" is not automatic, hold, lower:high, lower:normal or lower:low.`);
}

function wrongUse(problem: string): Failure {
  return new Failure('usage-wrong', { problem, command: 'tenkai repository add' });
}

async function list(session: Session, folder: string | undefined) {
  if (folder !== undefined) return listFolder(session, folder);
  const { client } = await session.connect();
  const { items } = await client(repositoryRoutes.list);
  return session.output.result(items, () => listText(session.output, items));
}

const newSettings: RepositorySettings = {
  url: '',
  fingerprint: '',
  ca: null,
  schedule: { kind: 'interval', minutes: 60 },
  gate: { kind: 'hold' },
  isEnabled: true,
};

async function add(session: Session, name: string, options: SettingsOptions) {
  if (!options.url || !options.fingerprint) throw wrongUse('Give --url and --fingerprint.');
  const settings = await settingsFrom(session, options, newSettings);
  const { client } = await session.connect();
  const row = await client(repositoryRoutes.create, { body: { name, ...settings } });
  session.output.result(row, () => `Added ${row.name}, id ${row.id}; the first pull begins now`);
}

async function modify(session: Session, text: string, options: SettingsOptions) {
  const { client } = await session.connect();
  const before = await findRepository(client, text);
  const body = { ...(await settingsFrom(session, options, before)), revision: before.revision };
  const row = await client(repositoryRoutes.update, { params: { id: before.id }, body });
  session.output.result(row, () => `Changed ${row.name}`);
}

async function remove({ connect, output, terminal }: Session, text: string, { yes }: { yes?: boolean }) {
  const { client } = await connect();
  const { id, name } = await findRepository(client, text);
  await confirm(terminal, `Pull no more from ${name}?`, yes);
  const done = await client(repositoryRoutes.remove, { params: { id } });
  output.result(done, () => `Removed ${name}; its packages stay`);
}
