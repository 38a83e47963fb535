import { resolve } from 'node:path';
import { Failure } from '@tenkai/domain/failure.ts';
import { pause } from '@tenkai/protocol/agent/link/wake-up.ts';
import { RemoteProblem, toProblem } from '@tenkai/protocol/problem.ts';
import { unknownCommand } from '@tenkai/protocol/unknown-command.ts';
import { Command, CommanderError, Help, type Option } from 'commander';
import { addAssignCommand } from './assignment/commands.ts';
import { noBoundary } from './boundary.ts';
import { addCertfixCommand } from './certfix.ts';
import { addIdentityCommands } from './certificates/commands.ts';
import { type DataFolder, dataFolderOf, makeDataFolder } from './data-folder.ts';
import { errorCode } from './durable-file.ts';
import { enroll } from './enrollment.ts';
import './failures.ts';
import { addFirewallCommands } from './firewall/commands.ts';
import { openLog } from './log.ts';
import { addMasterCommands } from './master/commands.ts';
import { addPatchCommands } from './patch/commands.ts';
import { platformOptions, selectPlatform } from './platform/select.ts';
import { addSelfService } from './self-service/commands.ts';
import { fill, type Language, languageOf, texts } from './self-service/texts.ts';
import { findEngine } from './service/launch-engine.ts';
import { askService, type RequestName } from './service/requests.ts';
import { runService } from './service/service.ts';
import { readStatus } from './service/status-file.ts';
import { readSettings, writeSettings } from './settings.ts';
import { type AgentStatus, agentStatus } from './status.ts';
import { takeTicket } from './ticket.ts';
import type { Trouble } from './trouble-text.ts';
import { unassignedFindings } from './verify.ts';
import { agentVersion } from './version.ts';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * `tenkai-agent ...`
 * @returns exit status: 0 done, 1 the act failed, 2 wrong use
 */
export async function agentCommand(args: readonly string[], env: Env, entry: string): Promise<number> {
  try {
    const program = agentProgram(env, entry);
    const unknown = unknownCommand(program, args, synonyms);
    if (unknown) unknown.noun.error(unknown.text);
    await program.parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(await explain(error, env));
    return error instanceof Failure && usageCodes.includes(error.code) ? 2 : 1;
  }
}

const usageCodes = ['properties-invalid', 'purge-not-confirmed', 'certfix-log-twice'];

async function explain(error: unknown, env: Env): Promise<string> {
  if (['EACCES', 'EPERM'].includes(errorCode(error)))
    return explain(new Failure('rights-missing', {}, { detail: String(error) }), env);
  if (!(error instanceof Failure || error instanceof RemoteProblem)) {
    return `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`;
  }
  const problem = error instanceof Failure ? toProblem(error) : error.problem;
  const { code, params = {} } = problem;
  const own = await ownTexts(error, env);
  const [message, remedy] = own.texts?.map((text) => fill(text, params)) ?? [problem.message, problem.remedy];
  return [`${message} (${code})`, own.detail ?? problem.detail, remedy, '']
    .filter((line, index) => line !== '' || index === 3)
    .join('\n');
}

/** What the terminal's language has for a refusal; the rooms that are seldom entered are loaded for it. */
async function ownTexts(error: Failure | RemoteProblem, env: Env) {
  const code = error instanceof Failure ? error.code : error.problem.code;
  const language = languageOf(env);
  const known = { texts: texts[language].problems[code], detail: undefined };
  if (/^(identity|purge|trust)-/.test(code)) {
    const { problemTexts } = await import('./certificates/texts.ts');
    return { ...known, texts: language === 'ja' ? problemTexts[code] : undefined };
  }
  if (/^agent-patch-/.test(code) && language === 'ja')
    return { ...known, texts: (await import('./patch/texts.ts')).patchProblemText(code) };
  if (!/^(propert|assignment-)/.test(code)) return known;
  const { problemsText, problemText } = await import('./assignment/texts.ts');
  return {
    texts: language === 'ja' ? problemText(code) : undefined,
    detail:
      error instanceof Failure && error.problems.length > 0
        ? problemsText(error.problems, language)
        : undefined,
  };
}

/** Every command of `tenkai-agent`; `entry` is the path of the program itself. */
export function agentProgram(env: Env, entry: string): Command {
  const data = () => dataFolderOf(env);
  const program = new Command('tenkai-agent').configureHelp({ optionDescription });
  program
    .description('The agent of Tenkai on this machine')
    .version(agentVersion, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'explain a command')
    .helpCommand('help [command]', 'explain a command')
    .showHelpAfterError('(add --help for an explanation)')
    .addHelpText('after', `\n${about}`)
    .exitOverride();
  program
    .command('run')
    .description('run the service (started by the system)')
    .option('--verbose', 'log to standard error too', false)
    .option('--until-input-ends', 'stop when standard input ends (Windows has no signals)', false)
    .action((options: RunOptions) => runUntilStopped(data(), env, entry, options));
  program
    .command('enroll')
    .description('assign this machine to a site')
    .requiredOption('--server <url>', 'address of the site, https://name:port')
    .requiredOption('--root-fingerprint <hex>', "SHA-256 of the site's root key, as the console shows it")
    .option(
      '--ticket-file <file>',
      'file with a one-time ticket, readable by its owner alone; removed when used',
    )
    .option('--no-wait', 'leave the enrollment to the service')
    .action((options: EnrollOptions) => enrollNow(data(), env, options));
  program
    .command('status')
    .description('show general state, components, actions and site')
    .option('--json', 'as JSON', false)
    .action(({ json }: { json: boolean }) => showStatus(data(), env, json));
  program
    .command('verify')
    .description(
      'status 0 where this agent is as a fresh installation leaves it: no site, components installed, notification disabled; for a build of images',
    )
    .option('--unassigned', 'the same, said in full')
    .option('--json', 'as JSON', false)
    .action(({ json }: { json: boolean }) => verifyUnassigned(data(), env, json));
  for (const [name, description] of [
    ['check-in', 'tell the site that the machine is here, and ask for orders'],
    ['inventory', 'collect the inventory and send what has changed'],
  ] as const) {
    program
      .command(name)
      .description(description)
      .action(() => ask(data(), env, name));
  }
  addAssignCommand(program, env, data);
  addCertfixCommand(program, env);
  addIdentityCommands(program, env, data, entry);
  program
    .command('doctor')
    .description('say which part of the connection with the site is at fault; status 1 where one is')
    .option('--json', 'as JSON', false)
    .action(async ({ json }: { json: boolean }) => {
      // Loaded when somebody asks for it, never by the service.
      const { doctor } = await import('./doctor/commands.ts');
      await doctor(data(), env, json);
    });
  addFirewallCommands(program, data);
  addMasterCommands(program, env);
  addPatchCommands(program, env, entry, data);
  addSelfService(program, env, data().root);
  // Sub-commands do not inherit it in every case.
  for (const command of program.commands) command.exitOverride();
  return program;
}

const about = `TENKAI_LANGUAGE=ja (else LC_ALL, LC_MESSAGES or LANG): Japanese.
Exit status: 0 done, 1 the act failed, 2 wrong use.`;

/** What people who know the old product, or the console, call a command. */
const synonyms: Readonly<Record<string, string>> = {
  sync: 'check-in',
  'policy-refresh': 'check-in',
  unassign: 'master prepare',
  repair: 'doctor',
  audit: 'master audit',
  runbook: 'master runbook',
  rollback: 'patch rollback',
  software: 'available',
};

/** That a switch which is not given is off goes without saying: no "(default: false)". */
function optionDescription(option: Option): string {
  if (option.mandatory) return `${option.description} (required)`;
  return option.isBoolean() ? option.description : new Help().optionDescription(option);
}

interface RunOptions {
  readonly verbose: boolean;
  readonly untilInputEnds: boolean;
}

async function runUntilStopped(
  data: DataFolder,
  env: Env,
  entry: string,
  options: RunOptions,
): Promise<void> {
  const { verbose: isVerbose, untilInputEnds } = options;
  const stop = new AbortController();
  // SIGBREAK: Ctrl+Break and the end of a console on Windows.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGBREAK'] as const) process.on(signal, () => stop.abort());
  if (untilInputEnds)
    for (const event of ['end', 'close', 'error'] as const) process.stdin.on(event, () => stop.abort());
  if (untilInputEnds) process.stdin.resume();
  const engineEntry = findEngine(resolve(entry), env);
  await runService({ data, env, engineEntry, boundary: noBoundary, isVerbose, stop: stop.signal });
}

interface EnrollOptions {
  readonly server: string;
  readonly rootFingerprint: string;
  readonly ticketFile?: string;
  readonly wait: boolean;
}

/** Writes the settings, and enrolls at once unless the service is to do it. */
async function enrollNow(data: DataFolder, env: Env, options: EnrollOptions): Promise<void> {
  makeDataFolder(data);
  const server = options.server.replace(/\/$/, '');
  const rootFingerprint = options.rootFingerprint.toLowerCase().replaceAll(':', '');
  const ticketFile =
    options.ticketFile === undefined ? undefined : takeTicket(data, resolve(options.ticketFile));
  const { ticketFile: _, ...present } = readSettings(data);
  writeSettings(data, {
    ...present,
    server,
    rootFingerprint,
    ...(ticketFile === undefined ? {} : { ticketFile }),
  });
  const settings = readSettings(data);
  const platform = await selectPlatform(platformOptions(env, settings));
  if (!options.wait || isServiceAlive(data, platform)) return;
  const log = openLog({ folder: data.log, name: 'enroll' }).child({ component: 'enroll' });
  const onWait = ({ trouble }: Trouble) => void (trouble !== '' && process.stderr.write(`${trouble}\n`));
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const { machineId, siteCode } = await enroll(
    { data, settings, platform, log, now: Date.now, onWait },
    stop.signal,
  );
  process.stdout.write(`enrolled at site ${siteCode} as ${machineId}\n`);
}

function isServiceAlive(data: DataFolder, platform: Awaited<ReturnType<typeof selectPlatform>>): boolean {
  const status = readStatus(data);
  return status !== undefined && platform.processes.isAlive(status.process);
}

async function showStatus(data: DataFolder, env: Env, isJson: boolean): Promise<void> {
  makeDataFolder(data);
  const platform = await selectPlatform(platformOptions(env, readSettings(data)));
  const status = agentStatus(data, platform);
  const text = isJson ? JSON.stringify(status, null, 2) : await statusFor(languageOf(env), status);
  process.stdout.write(`${text}\n`);
}

/** @throws Failure agent-not-unassigned */
async function verifyUnassigned(data: DataFolder, env: Env, isJson: boolean): Promise<void> {
  makeDataFolder(data);
  const platform = await selectPlatform(platformOptions(env, readSettings(data)));
  const findings = unassignedFindings(agentStatus(data, platform));
  if (isJson) process.stdout.write(`${JSON.stringify({ findings }, null, 2)}\n`);
  if (findings.length === 0) return;
  throw new Failure('agent-not-unassigned', { count: findings.length }, { detail: findings.join('\n') });
}

/** Texts of both languages are loaded for people alone. */
async function statusFor(language: Language, status: AgentStatus): Promise<string> {
  const { statusText } = await import('./status-text.ts');
  return statusText(status, language);
}

const answerLimitMs = 30_000;

/** Asks the running service for something and waits until it was done. */
async function ask(data: DataFolder, env: Env, name: RequestName): Promise<void> {
  const platform = await selectPlatform(platformOptions(env, readSettings(data)));
  if (!isServiceAlive(data, platform)) throw new Failure('agent-not-running');
  const doneAt = () => {
    const status = readStatus(data);
    return (name === 'check-in' ? status?.lastCheckInAt : status?.lastInventoryAt) ?? 0;
  };
  const before = doneAt();
  askService(data, name);
  const giveUpAt = performance.now() + answerLimitMs;
  while (doneAt() <= before) {
    if (performance.now() > giveUpAt)
      throw new Failure('agent-no-answer', { what: name, seconds: answerLimitMs / 1000 });
    await pause(100, AbortSignal.timeout(answerLimitMs));
  }
  process.stdout.write(`${name}: done\n`);
}
