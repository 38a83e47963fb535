import {
  closeFirewall,
  Failure,
  type FirewallInput,
  type FirewallNeeds,
  type FirewallReport,
  type FirewallRole,
  firewallRoles,
  firewallRules,
  firewallStatusText,
  firewallText,
  hostFirewallCheck,
  missingParams,
  missingRules,
  multicastPorts,
  openFirewall,
  type PortRange,
  planFirewall,
  rulesOfProgram,
  rulesServedBy,
} from '@tenkai/domain';
import { commandLine } from '@tenkai/domain/firewall/procedure.ts';
import { advRule } from '@tenkai/domain/firewall/windows.ts';
import {
  oldClientCommands,
  oldForms,
  oldServerCommands,
  oldServiceCommands,
} from '@tenkai/domain/firewall/windows-old.ts';
import { getSiteSettings } from '@tenkai/protocol/api/site.ts';
import { type Command, Option } from 'commander';
import { agentProgram, installedAgentFolder, usualAgentFolder } from '../../agent-folder.ts';
import { writeCheck } from '../../firewall-check-file.ts';
import { carryOut, onThisMachine } from '../../firewall-program.ts';
import {
  portFrom,
  portRangeFrom,
  readServerSettings,
  type ServerSettings,
  settingsFile,
} from '../../server-settings.ts';
import { acting, type Cli, type Session } from '../../session.ts';

interface FirewallOptions {
  readonly role: FirewallRole;
  readonly settings: string;
  readonly multicast?: string;
  readonly fromSite?: boolean;
  readonly dhcp?: boolean;
  readonly tftp?: boolean;
  readonly nfs?: string;
  readonly siteAddress?: string[];
  readonly profile?: string[];
  readonly dryRun?: boolean;
  readonly automatic?: boolean;
  readonly write?: string;
  readonly for?: keyof typeof printed;
  readonly folder: string;
  readonly mountd?: string;
  readonly agentFolder?: string;
}

/** `tenkai firewall`: what has to come in on this machine; asks no site. */
export function addFirewallCommands(program: Command, cli: Cli) {
  const noun = program
    .command('firewall')
    .description('the firewall of this machine: what Tenkai needs open');
  const act = (name: string, about: string) => addNeeds(noun.command(name).description(about));
  act('status', 'list each rule that is needed: open, missing, or to be opened by hand').action(
    acting(cli, status),
  );
  act('plan', 'print what open would do, as commands to copy; changes nothing')
    .addOption(
      new Option('--for <system>', 'print the commands of another system').choices(Object.keys(printed)),
    )
    .addOption(
      new Option('--folder <path>', 'with --for deploymentmanager: folder of its programs').default(
        oldFolder,
        oldFolder,
      ),
    )
    .option('--mountd <port>', 'with --for deploymentmanager: port of its mountd (else that of --nfs, 1048)')
    .action(acting(cli, plan));
  act('open', 'open the ports; what is open already stays')
    .option('--dry-run', 'only print what would be done')
    .option('--automatic', 'as at installation: not where TENKAI_FIREWALL=off, and failures are only told')
    .action(acting(cli, open));
  act('check', 'say which rules are missing; status 1 where one is')
    .option(
      '--write <file>',
      'write it there for the server, which may not look; status 0 where it is written',
    )
    .action(acting(cli, check));
  addRole(noun.command('close').description('remove what open made, and nothing else'))
    .option('--dry-run', 'only print what would be done')
    .action(acting(cli, close));
}

const thisSystem = process.platform === 'win32' ? 'windows' : 'linux';
const oldFolder = 'C:\\Program Files\\NEC\\DeploymentManager';
const many = (value: string, before: string[] = []) => [...before, value];

const addRole = (command: Command) =>
  command.addOption(
    new Option('--role <role>', 'what this machine is').choices(firewallRoles).default('server', 'server'),
  );

function addNeeds(command: Command): Command {
  return addRole(command)
    .addOption(
      new Option('--settings <file>', 'settings of the server; the environment wins').default(
        settingsFile,
        // As it is: commander would quote it, and double each backslash of Windows.
        settingsFile,
      ),
    )
    .option(
      '--multicast <ports>',
      'UDP ports of multicast, such as 56100-56227 (else TENKAI_MULTICAST_PORTS)',
    )
    .option('--from-site', 'ask the site for its ports of multicast, as you are signed in')
    .option('--dhcp', 'server: DHCP and PXE are answered here')
    .option('--tftp', 'server: TFTP is answered here')
    .option('--nfs <mountd port>', 'server: NFS is served here, with mountd at this port')
    .option('--agent-folder <path>', 'agent: its folder on Windows (default: where it is installed)')
    .option('--site-address <address>', 'agent: address from which the site pings; may be repeated', many)
    .option('--profile <name>', 'only this zone (firewalld) or profile (Windows); may be repeated', many);
}

function needsOf(options: FirewallOptions, settings: ServerSettings): FirewallNeeds {
  const redirect = settings.TENKAI_REDIRECT_PORT;
  const multicast = options.multicast ?? settings.TENKAI_MULTICAST_PORTS;
  return {
    https: portFrom('TENKAI_PORT', settings.TENKAI_PORT || '8443'),
    ...(redirect ? { redirect: portFrom('TENKAI_REDIRECT_PORT', redirect) } : {}),
    ...(multicast ? { multicast: portRangeFrom('--multicast', multicast) } : {}),
    dhcp: options.dhcp === true,
    tftp: options.tftp === true,
    ...(options.nfs ? { nfs: { mountd: portFrom('--nfs', options.nfs) } } : {}),
    siteAddresses: options.siteAddress ?? [],
  };
}

async function multicastOfSite({ connect }: Session): Promise<PortRange | undefined> {
  const { client } = await connect();
  return multicastPorts(await client(getSiteSettings));
}

/** @throws Failure usage-wrong where an option is of the other role: what it asks for would not be opened */
function checkRole({ role, dhcp, tftp, nfs, siteAddress, agentFolder }: FirewallOptions) {
  const ofServer = { '--dhcp': dhcp, '--tftp': tftp, '--nfs': nfs };
  const ofAgent = { '--site-address': siteAddress, '--agent-folder': agentFolder };
  const strange = Object.entries(role === 'server' ? ofAgent : ofServer).find(
    ([, value]) => value !== undefined,
  );
  if (strange === undefined) return;
  const problem = `${strange[0]} is not for --role ${role}.`;
  throw new Failure('usage-wrong', { problem, command: 'tenkai firewall' });
}

async function inputOf(session: Session, options: FirewallOptions): Promise<FirewallInput> {
  const { role } = options;
  checkRole(options);
  const settings = await readServerSettings(session.terminal, options.settings);
  const own = needsOf(options, settings);
  const multicast = options.fromSite ? await multicastOfSite(session) : own.multicast;
  const { multicast: _, ...others } = own;
  const needs = { ...others, ...(multicast ? { multicast } : {}) };
  const system = thisSystem;
  const rules = firewallRules(role, needs);
  const program = await programFor(session, options, system);
  // Beside the server lies the command line, with the same Node.
  const bound =
    program === undefined ? rulesServedBy(rules, process.execPath) : rulesOfProgram(rules, program);
  return { role, rules: bound, profiles: options.profile ?? usualProfiles(role, settings), system };
}

/** As the server looks for them, so that what is left out on purpose is not missed. */
function usualProfiles(role: FirewallRole, { TENKAI_FIREWALL_PROFILES }: ServerSettings): string[] {
  return role === 'server'
    ? (TENKAI_FIREWALL_PROFILES ?? '').split(/[\s,]+/).filter((name) => name !== '')
    : [];
}

/** The agent's program on Windows, of this machine or of the one for which is printed; the server's rules are for ports. */
async function programFor({ signal }: Session, options: FirewallOptions, system: string) {
  const isForWindows = options.for === undefined ? system === 'windows' : options.for !== 'deploymentmanager';
  if (options.role !== 'agent' || !isForWindows) return undefined;
  if (options.agentFolder !== undefined) return agentProgram(options.agentFolder);
  const installed = system === 'windows' ? await installedAgentFolder(onThisMachine(signal)) : undefined;
  return agentProgram(installed ?? usualAgentFolder);
}

/** @throws Failure firewall-needs-root */
function needRoot(command: string) {
  if (process.platform !== 'win32' && process.getuid?.() !== 0)
    throw new Failure('firewall-needs-root', { command: `tenkai firewall ${command}` });
}

/** As an installation does it: failures are told, and change nothing else. */
export async function openPorts(session: Session, settings: string) {
  const { TENKAI_FIREWALL } = await readServerSettings(session.terminal, settings);
  if (TENKAI_FIREWALL === 'off') return;
  await tellChange(session, async () =>
    openFirewall(await inputOf(session, { role: 'server', settings, folder: oldFolder })),
  );
}

/** As a removal does it. */
export const closePorts = (session: Session) =>
  tellChange(session, async () => closeFirewall(ours('server')));

/** All rules of that role are found by what marks them, whatever the settings say now. */
const ours = (role: FirewallRole): FirewallInput => ({ role, rules: [], profiles: [], system: thisSystem });

/** What is changed is told beside the result of the command that it belongs to. */
async function tellChange(session: Session, procedure: () => Promise<ReturnType<typeof openFirewall>>) {
  try {
    const report = await carryOut(await procedure(), onThisMachine(session.signal));
    for (const line of firewallText(report).split('\n')) session.output.note(line);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    session.output.warn(`${error.message} ${error.detail} ${error.remedy}`);
  }
}

async function status(session: Session, options: FirewallOptions) {
  needRoot('status');
  const input = await inputOf(session, options);
  const report = await carryOut(planFirewall(input), onThisMachine(session.signal));
  session.output.result(report, () => firewallStatusText(report));
}

async function plan(session: Session, options: FirewallOptions) {
  const { output, signal } = session;
  if (options.for !== undefined) {
    const commands = printed[options.for](await inputOf(session, options), options).map(commandLine);
    output.result({ role: options.role, for: options.for, commands }, () => commands.join('\n'));
    return;
  }
  needRoot('plan');
  show(session, await carryOut(planFirewall(await inputOf(session, options)), onThisMachine(signal)));
}

async function open(session: Session, options: FirewallOptions) {
  const { terminal, output, signal } = session;
  const settings = await readServerSettings(terminal, options.settings);
  if (options.automatic && settings.TENKAI_FIREWALL === 'off') {
    output.note('TENKAI_FIREWALL=off: the firewall stays as it is.');
    return;
  }
  needRoot('open');
  const input = await inputOf(session, options);
  const procedure = options.dryRun ? planFirewall(input) : openFirewall(input);
  try {
    show(session, await carryOut(procedure, onThisMachine(signal)));
  } catch (error) {
    if (!options.automatic || !(error instanceof Failure)) throw error;
    output.warn(`${error.message} ${error.detail} ${error.remedy}`);
  }
}

/** @throws Failure firewall-rules-missing */
async function check(session: Session, options: FirewallOptions) {
  needRoot('check');
  const report = await carryOut(planFirewall(await inputOf(session, options)), onThisMachine(session.signal));
  if (options.write !== undefined) {
    await writeCheck(options.write, hostFirewallCheck(report, Date.now()));
    return;
  }
  show(session, report);
  if (missingRules(report).length === 0) return;
  const command = `tenkai firewall open --role ${options.role}`;
  throw new Failure('firewall-rules-missing', missingParams(report, command));
}

async function close(session: Session, { role, dryRun }: Pick<FirewallOptions, 'role' | 'dryRun'>) {
  needRoot('close');
  const procedure = dryRun ? planFirewall(ours(role), 'close') : closeFirewall(ours(role));
  show(session, await carryOut(procedure, onThisMachine(session.signal)));
}

function show({ output }: Session, report: FirewallReport) {
  output.result(report, () => firewallText(report));
}

/** Commands for machines on which this one does not run: nothing is looked at. */
const printed = {
  windows: ({ rules, profiles }: FirewallInput) => rules.map((rule) => advRule(rule, profiles)),
  // Several rules of one program are one line there.
  'windows-xp': ({ rules }: FirewallInput) => [
    ...new Map(rules.flatMap(oldForms).map((form) => [commandLine(form), form])).values(),
  ],
  deploymentmanager: ({ role }: FirewallInput, { folder, mountd, nfs }: FirewallOptions) => {
    if (role === 'agent') return oldClientCommands(folder === oldFolder ? undefined : folder);
    const services = nfs || mountd ? oldServiceCommands(portFrom('--mountd', mountd ?? nfs ?? '1048')) : [];
    return [...oldServerCommands({ folder }), ...services];
  },
} as const;
