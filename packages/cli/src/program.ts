import { unknownCommand } from '@tenkai/protocol/unknown-command.ts';
import { Command, CommanderError, Help, InvalidArgumentError, Option } from 'commander';
import { addAgentCommands } from './commands/agent.ts';
import { addBoundaryCommands } from './commands/boundary.ts';
import { addCertfixCommand } from './commands/certfix.ts';
import { addCertificateCommands } from './commands/certificate.ts';
import { addCollectionCommands } from './commands/collection.ts';
import { addCompletionCommand } from './commands/completion.ts';
import { addDeploymentCommands } from './commands/deployment/deployment.ts';
import { addDistributionPointCommands } from './commands/distribution-point.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { addExplainCommand } from './commands/explain.ts';
import { addFallbackCommands } from './commands/fallback.ts';
import { addFirewallCommands } from './commands/firewall/firewall.ts';
import { addHotfixCommands } from './commands/hotfix/hotfix.ts';
import { addMachineCommands } from './commands/machine/machine.ts';
import { addMulticastCommands } from './commands/multicast.ts';
import { addPackageCommands } from './commands/package/package.ts';
import { addPublishCommands } from './commands/publish.ts';
import { addRepositoryCommands } from './commands/repository/repository.ts';
import { addScenarioCommands } from './commands/scenario.ts';
import { addServerCommands } from './commands/server.ts';
import { addServiceCommands } from './commands/service.ts';
import { addSignInCommands } from './commands/sign-in.ts';
import { addSimulateCommand } from './commands/simulate.ts';
import { addSiteCommands } from './commands/site.ts';
import { addStatusCommands } from './commands/status.ts';
import { addSystemsCommands } from './commands/systems.ts';
import { addTicketCommands } from './commands/ticket.ts';
import { addUpdateCommands } from './commands/update/update.ts';
import { addUserCommands } from './commands/user.ts';
import type { Cli } from './session.ts';
import type { Terminal } from './terminal.ts';
import { version } from './version.ts';

/** Every command of `tenkai`, bound to a terminal. */
export function createProgram(cli: Cli): Command {
  const { stdout, stderr } = cli.terminal;
  const program = new Command('tenkai')
    .description('Images, deploys to, patches and accounts for every machine of an organisation.')
    .option('--json', 'print the result as JSON')
    .option('--site <name or URL>', 'which site (else TENKAI_URL, else the one of the last login)')
    .option('--token-file <path>', 'file that holds an API token (else TENKAI_TOKEN_FILE or TENKAI_TOKEN)')
    .addOption(new Option('--timeout <seconds>', 'longest wait for one answer').argParser(positive))
    .configureHelp({ showGlobalOptions: true, optionDescription })
    .helpOption('-h, --help', 'explain a command')
    .helpCommand('help [command]', 'explain a command')
    .showHelpAfterError('(add --help for an explanation)')
    .exitOverride()
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) })
    .addHelpText('after', examples);
  for (const add of [
    addSignInCommands,
    addPackageCommands,
    addScenarioCommands,
    addDeploymentCommands,
    addMachineCommands,
    addCertificateCommands,
    addDoctorCommand,
    addTicketCommands,
    addFallbackCommands,
    addAgentCommands,
    addCollectionCommands,
    addDistributionPointCommands,
    addBoundaryCommands,
    addPublishCommands,
    addRepositoryCommands,
    addUpdateCommands,
    addMulticastCommands,
    addSystemsCommands,
    addStatusCommands,
    addUserCommands,
    addSiteCommands,
    addServerCommands,
    addServiceCommands,
    addFirewallCommands,
    addSimulateCommand,
    addCertfixCommand,
    addHotfixCommands,
    addExplainCommand,
    addCompletionCommand,
  ])
    add(program, cli);
  return program;
}

/** Commander says of an option that it must be given only where it was not. */
function optionDescription(option: Option): string {
  const text = new Help().optionDescription(option);
  return option.mandatory ? `${text} (required)` : text;
}

const examples = `
Examples:
  tenkai login --site https://tenkai.example:8443 --root-fingerprint 3f9a…
  tenkai package create ./hello_2.12-1_amd64.deb
  tenkai deployment create --package hello --collection "All machines" --watch

TENKAI_LANGUAGE=ja (else LC_ALL, LC_MESSAGES or LANG): Japanese, where a command has it; the console has all of it.
tenkai --version prints the version. Exit status: 0 done, 1 the act failed, 2 wrong use.`;

function positive(text: string): number {
  const value = Number(text);
  if (value > 0 && value <= 86_400) return value;
  throw new InvalidArgumentError('It must be a number of seconds.');
}

/** What people who know the old products, or the console, call a command. */
const synonyms: Readonly<Record<string, string>> = {
  push: 'machine push',
  pushes: 'machine pushes',
  'push-keys': 'machine push-keys',
  matrix: 'systems',
  os: 'systems',
  patch: 'agent patch',
  dp: 'distribution-point',
  advertisement: 'deployment',
  program: 'package',
  group: 'collection',
  scenarios: 'scenario',
  run: 'deployment run',
  runs: 'deployment runs',
  messages: 'status list',
  extract: 'hotfix extract',
  whatif: 'deployment what-if',
};

/** Runs one command line. @returns the exit status: 0 ok, 1 the act failed, 2 wrong use */
export async function runCli(
  argv: readonly string[],
  { terminal, signal }: { terminal: Terminal; signal: AbortSignal },
): Promise<number> {
  const cli: Cli = { terminal, signal, exitCode: 0 };
  // Only as the one word: further right, --version is that of a package.
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    terminal.stdout.write(`${version}\n`);
    return 0;
  }
  try {
    const program = createProgram(cli);
    const unknown = unknownCommand(program, argv, synonyms);
    if (unknown) unknown.noun.error(unknown.text, { exitCode: 2 });
    await program.parseAsync([...argv], { from: 'user' });
    return cli.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}
