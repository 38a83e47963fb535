import { access, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { propertyRefusal } from '@tenkai/domain/assignment/properties.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import { draftRefusal } from '@tenkai/domain/field-problem.ts';
import { type AgentPackage, readPackageName } from '@tenkai/domain/push/choose-package.ts';
import { checkHosts } from '@tenkai/domain/push/host-list.ts';
import { type PushProperty, propertiesOfPush } from '@tenkai/domain/push/push-properties.ts';
import type { Target } from '@tenkai/domain/push/target.ts';
import { enrollmentRoutes } from '@tenkai/protocol/api/enrollment.ts';
import { getSiteSettings } from '@tenkai/protocol/api/site.ts';
import {
  isKnown,
  keepKeys,
  makeKnownHosts,
  offeredKeys,
  onlyNamed,
} from '@tenkai/transfer/push/host-keys.ts';
import { type PushDeps, type PushResult, pushTo, withoutKey } from '@tenkai/transfer/push/push-to.ts';
import { openSsh } from '@tenkai/transfer/push/ssh.ts';
import type { Command } from 'commander';
import { ask } from '../../prompt.ts';
import { readText } from '../../read-file.ts';
import { acting, type Cli, type Session } from '../../session.ts';
import { settingsPath } from '../../settings.ts';
import type { Column } from '../../table.ts';
import { type PropertyOptions, propertyText, withProperties, wordsOf } from './push-properties.ts';

const several = (value: string, before: string[] = []) => [...before, value];

export function addPushCommand(noun: Command, cli: Cli) {
  const command = noun
    .command('push')
    .description('install the agent on machines over SSH, and let them enroll')
    .argument('[hosts...]', 'names or addresses, HOST, HOST:PORT or USER@HOST')
    .option('--hosts-file <path>', 'further ones, one in a line; -: standard input')
    .requiredOption(
      '--package <path>',
      'tenkai-agent as .deb or .rpm; one for each kind and architecture',
      several,
    )
    .option('--user <name>', 'who signs in: root, or one with sudo', 'root')
    .option('--key <path>', 'private key')
    .option('--password-file <path>', 'file with the password, for sudo too; -: standard input')
    .option('--host-key <fingerprint>', 'SHA256:... that a machine not yet known may have', several)
    .option('--known-hosts <path>', 'file of host keys that were confirmed (default: beside the settings)')
    .option('--hours <number>', 'how long the machines may take to enroll', Number, 1)
    .option('--parallel <number>', 'machines at a time', Number, 8)
    .option('--retries <number>', 'further tries where a machine does not answer', Number, 2)
    .option('--log-folder <path>', "what each machine's package manager has written, a file each");
  withProperties(command).action(acting(cli, push));
}

interface PushOptions extends PropertyOptions {
  readonly hostsFile?: string;
  readonly package: readonly string[];
  readonly user: string;
  readonly key?: string;
  readonly passwordFile?: string;
  readonly hostKey?: readonly string[];
  readonly knownHosts?: string;
  readonly hours: number;
  readonly parallel: number;
  readonly retries: number;
  readonly logFolder?: string;
}

const wrong = (problem: string) => new Failure('usage-wrong', { problem, command: 'tenkai machine push' });

/** @throws Failure usage-wrong, terminal-needed, act-refused-for-some */
async function push(session: Session, hosts: string[], options: PushOptions) {
  const { terminal, output, signal } = session;
  const targets = await targetsOf(session, hosts, options);
  const words = wordsOf(options);
  const packages = await Promise.all(options.package.map((path) => packageAt(resolve(terminal.cwd, path))));
  if (!(options.parallel >= 1 && options.retries >= 0)) throw wrong('--parallel and --retries are numbers.');
  const password =
    options.passwordFile === undefined
      ? undefined
      : (await readText(terminal, options.passwordFile)).replace(/\r?\n$/, '');
  const knownHosts = resolve(
    terminal.cwd,
    options.knownHosts ?? join(dirname(settingsPath(terminal)), 'known_hosts'),
  );
  const { trusted, refused } = await confirmKeys(session, targets, knownHosts, options.hostKey ?? []);
  const granted = await permission(session, trusted, { words, hours: options.hours });
  const keyFiles = options.key === undefined ? [] : [resolve(terminal.cwd, options.key)];
  const ssh = await openSsh({ user: options.user, keyFiles, password, knownHosts: () => knownHosts }, signal);
  const onStage: PushDeps['onStage'] = ({ text }, stage) => output.note(`${text}: ${stage}`);
  const deps = { ssh, packages, ...granted, sudoPassword: password, retries: options.retries, onStage };
  try {
    const results = [
      ...refused,
      ...(await inTurn(trusted, options.parallel, (one) => pushTo(deps, one, signal))),
    ];
    if (options.logFolder !== undefined) await keepLogs(resolve(terminal.cwd, options.logFolder), results);
    output.result(results, () => shown(session, results, granted.properties));
    const failed = results.filter(({ state }) => state === 'failed').length;
    if (failed > 0) throw new Failure('act-refused-for-some', { failed, total: results.length });
  } finally {
    await ssh.close();
  }
}

function shown({ output }: Session, results: readonly PushResult[], given: readonly PushProperty[]) {
  const table = output.table(results, columns, 'No machine was named.');
  const isGiven = results.some(({ properties }) => properties.length > 0);
  return isGiven ? `${table}\n\nGiven to what was installed: ${propertyText(given)}` : table;
}

async function targetsOf(
  { terminal }: Session,
  hosts: readonly string[],
  { hostsFile, passwordFile }: PushOptions,
) {
  if (hostsFile === '-' && passwordFile === '-') throw wrong('Standard input can be one of both files only.');
  const listed = hostsFile === undefined ? '' : await readText(terminal, hostsFile);
  const names = [...hosts, ...listed.split('\n').map((line) => line.replace(/#.*/, '').trim())];
  const unique = [...new Set(names.filter((name) => name !== ''))];
  if (unique.length === 0) throw wrong('No machine is named.');
  const { targets, problems } = checkHosts(unique);
  if (problems.length > 0) throw draftRefusal('push', problems);
  return targets;
}

async function packageAt(path: string): Promise<AgentPackage> {
  const found = readPackageName(path);
  if (!found) throw wrong(`${path} is not named as a package of the agent.`);
  await access(path).catch((error: Error) => {
    throw new Failure('file-unreadable', { path, reason: error.message });
  });
  return found;
}

/** Shows what a machine that is not known yet offers; only what was pinned or confirmed is kept. */
async function confirmKeys(
  { terminal, output, signal }: Session,
  targets: readonly Target[],
  file: string,
  pinned: readonly string[],
) {
  const trusted: Target[] = [];
  const refused: PushResult[] = [];
  await makeKnownHosts(file);
  for (const target of targets) {
    if (await isKnown(file, target, signal)) {
      trusted.push(target);
      continue;
    }
    const offered = await offeredKeys(target, signal);
    const meant = pinned.length === 0 ? offered : onlyNamed(offered, pinned);
    if (offered.lines === '') refused.push(withoutKey(target, 'unreachable'));
    else if (meant.lines !== '' && (pinned.length > 0 || (await isConfirmed()))) {
      await keepKeys(file, meant);
      trusted.push(target);
    } else refused.push(withoutKey(target, 'host-key-unconfirmed'));
    async function isConfirmed(): Promise<boolean> {
      output.note(`${target.text} has the host keys\n  ${offered.fingerprints.join('\n  ')}`);
      const remedy = 'Name the fingerprint by --host-key, or put the key into the file of --known-hosts.';
      const answer = await ask(terminal, `Is this ${target.text}? [y/N] `, { what: 'its host key', remedy });
      return /^(y|yes)$/i.test(answer);
    }
  }
  return { trusted, refused };
}

/** One ticket for all of them; the audit log names it and, with its use, the machines' status messages do. */
async function permission(
  session: Session,
  targets: readonly Target[],
  { words, hours }: { readonly words: readonly string[]; readonly hours: number },
) {
  if (targets.length === 0) return { properties: [], rootFingerprint: '', ticket: async () => '' };
  const { client, url } = await session.connect();
  const { pushProperties: siteLine } = await client(getSiteSettings);
  const { properties, problems } = propertiesOfPush({ siteLine, words, managementPoint: url });
  if (problems.length > 0) throw propertyRefusal(problems);
  const name = `push: ${targets.map(({ text }) => text).join(', ')}`.slice(0, 100);
  const body = { name, maxUses: targets.length, validHours: hours };
  const { secret, rootFingerprint } = await client(enrollmentRoutes.createTicket, { body });
  return { properties, rootFingerprint, ticket: async () => secret };
}

/** So many at a time, in their order. */
async function inTurn<T, R>(items: readonly T[], atOnce: number, act: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const waiting = items.entries();
  const worker = async () => {
    for (const [index, item] of waiting) results[index] = await act(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

async function keepLogs(folder: string, results: readonly PushResult[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { host, log } of results)
    await writeFile(join(folder, `${host.replaceAll(/[^\w.-]/g, '_')}.log`), `${log}\n`, { mode: 0o600 });
}

const columns: readonly Column<PushResult>[] = [
  { title: 'Machine', value: ({ host }) => host },
  {
    title: 'Result',
    value: ({ state, reason }) => reason ?? state,
    paint: ({ state }, style) => (state === 'failed' ? style.bad : style.good),
  },
  { title: 'Version', value: ({ version }) => version ?? '-' },
  { title: 'Status', value: ({ exitCode }) => (exitCode === null ? '-' : String(exitCode)), align: 'right' },
  { title: 'Tries', value: ({ tries }) => String(tries), align: 'right' },
  { title: 'What was said', value: ({ detail }) => detail, shrinks: true },
];
