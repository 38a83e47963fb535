import {
  type CertificatesFact,
  certificateStateOf,
  certificateStates,
  type FirewallFact,
  inboundStates,
} from '@tenkai/domain';
import { type MachineRow, machineRoutes, type TimelineEntry } from '@tenkai/protocol/api/machines.ts';
import { type Command, Option } from 'commander';
import { bytesText, countText, timeText } from '../../format.ts';
import { allPages } from '../../pages.ts';
import { acting, type Cli, type Session } from '../../session.ts';
import type { Column } from '../../table.ts';
import { findMachine } from './find-machine.ts';
import {
  clearErrors,
  decide,
  lostProperties,
  power,
  properties,
  removeMachines,
  renewKeys,
} from './machine-acts.ts';
import { addPushCommand } from './machine-push.ts';
import { addPushesCommands } from './machine-pushes.ts';
import { addPushKeyCommands } from './push-keys.ts';

export function addMachineCommands(program: Command, cli: Cli) {
  const noun = program.command('machine').description('computers that this site manages or knows');
  noun
    .command('list')
    .description('list machines')
    .option('--search <words>', 'words of name or address')
    .option('--collection <id>', 'only members of this collection')
    .addOption(new Option('--power <state>', 'only in this power state').choices(powerStates))
    .addOption(
      new Option('--activity <state>', 'only those').choices([
        'idle',
        'waiting',
        'running',
        'patching',
        'error',
      ]),
    )
    .addOption(
      new Option('--enrollment <state>', 'only those').choices([
        'enrolled',
        'pending',
        'refused',
        'quarantined',
      ]),
    )
    .addOption(
      new Option('--certificates <state>', 'only those whose certificates are so').choices(certificateStates),
    )
    .addOption(
      new Option('--inbound <state>', 'only those whose firewall lets the site in, or not').choices(
        inboundStates,
      ),
    )
    .option('--limit <number>', 'at most so many', Number)
    .action(acting(cli, listMachines));
  noun
    .command('show')
    .description('show a machine with what is known about it')
    .argument('<machine>', 'name or id')
    .option('--software', 'list the installed software, too')
    .action(acting(cli, showMachine));
  noun
    .command('timeline')
    .description('what happened on a machine, newest first')
    .argument('<machine>', 'name or id')
    .option('--limit <number>', 'at most so many', Number, 50)
    .action(acting(cli, showTimeline));
  noun
    .command('power')
    .description('wake, restart or shut down machines, or ask their power state')
    .argument('<action>', 'wake, restart, shut-down or query')
    .argument('<machines...>', 'names or ids')
    .option('--delay <seconds>', 'time that a signed-in user is warned', Number)
    .option('--force', 'also while a run is in progress')
    .action(acting(cli, power));
  noun
    .command('clear-errors')
    .description('clear the error state, so that further runs may start')
    .argument('<machines...>', 'names or ids')
    .option('--deployment <id>', 'only that of this deployment')
    .action(acting(cli, clearErrors));
  noun
    .command('renew-keys')
    .description('tell machines to renew their keys and certificates, at their next contact')
    .argument('<machines...>', 'names or ids')
    .action(acting(cli, renewKeys));
  noun
    .command('properties')
    .description('show or change the properties that administrators give a machine')
    .argument('<machine>', 'name or id')
    .argument('[NAME=value...]', 'set these; NAME= takes one away')
    .action(acting(cli, properties));
  noun
    .command('lost-properties')
    .description('machines whose agents have lost a property with a patch or an installation')
    .option('--property <name>', 'only this one, such as FSP')
    .action(acting(cli, lostProperties));
  noun
    .command('remove')
    .description('forget machines; their agents must enroll again')
    .argument('<machines...>', 'names or ids')
    .option('--yes', 'do not ask')
    .action(acting(cli, removeMachines));
  addPushCommand(noun, cli);
  addPushesCommands(noun, cli);
  addPushKeyCommands(noun, cli);
  for (const [decision, description] of decisions) {
    noun
      .command(decision)
      .description(description)
      .argument('<machines...>', 'names or ids')
      .action(acting(cli, (session, machines: string[]) => decide(session, machines, decision)));
  }
}

const decisions = [
  ['approve', 'approve machines that wait to be let in, that are in quarantine, or that were shut out'],
  ['refuse', 'refuse machines that wait to be let in'],
  ['revoke', 'revoke the keys of enrolled machines: they are shut out until they are approved again'],
] as const;

const powerStates = ['on', 'off', 'booting', 'restarting', 'unreachable', 'unknown'];

const columns: readonly Column<MachineRow>[] = [
  { title: 'Name', value: (row) => row.name, shrinks: true },
  {
    title: 'Power',
    value: (row) => row.powerState,
    paint: (row, style) => (row.powerState === 'on' ? style.good : style.dim),
  },
  { title: 'Agent', value: (row) => (row.isOnline ? 'online' : 'offline') },
  {
    title: 'State',
    value: (row) => (row.enrollment === 'enrolled' ? row.activity : row.enrollment),
    paint: (row, style) =>
      row.activity === 'error' || row.enrollment !== 'enrolled' ? style.bad : (text) => text,
  },
  {
    title: 'Operating system',
    value: (row) => `${row.operatingSystem} ${row.servicePack}`.trim(),
    shrinks: true,
  },
  { title: 'Address', value: (row) => row.address },
  { title: 'Seen', value: (row) => timeText(row.lastSeenAt) },
  {
    title: 'Last run',
    value: (row) => (row.lastRun ? `${row.lastRun.status}: ${row.lastRun.deploymentName}` : '-'),
    shrinks: true,
  },
  { title: 'ID', value: (row) => row.id },
];

interface ListOptions {
  readonly search?: string;
  readonly collection?: string;
  readonly power?: MachineRow['powerState'];
  readonly activity?: MachineRow['activity'];
  readonly enrollment?: MachineRow['enrollment'];
  readonly certificates?: MachineRow['certificates'];
  readonly inbound?: MachineRow['inbound'];
  readonly limit?: number;
}

async function listMachines({ connect, output }: Session, options: ListOptions) {
  const { client } = await connect();
  const query = {
    ...(options.search ? { search: options.search } : {}),
    ...(options.collection ? { collectionId: options.collection } : {}),
    ...(options.power ? { powerState: options.power } : {}),
    ...(options.activity ? { activity: options.activity } : {}),
    ...(options.enrollment ? { enrollment: options.enrollment } : {}),
    ...(options.certificates ? { certificates: options.certificates } : {}),
    ...(options.inbound ? { inbound: options.inbound } : {}),
  };
  const items = await allPages(client, machineRoutes.list, { query }, options.limit);
  output.result(items, () => output.table(items, columns, 'There is no machine.'));
}

async function showMachine({ connect, output }: Session, text: string, { software }: { software?: boolean }) {
  const { client } = await connect();
  const { id } = await findMachine(client, text);
  const detail = await client(machineRoutes.get, { params: { id } });
  const { inventory } = detail;
  output.result(detail, () => {
    const shown = output.properties([
      ['Name', detail.name],
      ['ID', detail.id],
      ['State', `${detail.enrollment}, ${detail.activity}, power ${detail.powerState}`],
      [
        'Agent',
        `${detail.agentVersion || '-'}, ${detail.isOnline ? 'online' : 'offline'}, seen ${timeText(detail.lastSeenAt)}`,
      ],
      ['Operating system', `${detail.operatingSystem} ${detail.servicePack} ${detail.architecture}`],
      ['Address', detail.address],
      ['Model', inventory ? `${inventory.hardware.manufacturer} ${inventory.hardware.model}` : '-'],
      [
        'Processor',
        inventory ? `${inventory.hardware.cpu.model}, ${inventory.hardware.cpu.cores} cores` : '-',
      ],
      ['Memory', inventory ? bytesText(inventory.hardware.memoryBytes) : '-'],
      [
        'Software',
        inventory
          ? `${countText(inventory.software.length, 'entry', 'entries')}, ${timeText(detail.inventoryAt)}`
          : '-',
      ],
      [
        'Properties',
        Object.entries(detail.properties)
          .map(([name, value]) => `${name}=${value}`)
          .join(', ') || '-',
      ],
      ['Inbound', inboundTexts[detail.inbound]],
      ['Firewall', firewallText(inventory?.agent.firewall)],
      ['Certificates', certificatesText(inventory?.agent.certificates)],
      ['Pending starts', `${detail.pendingStarts.count}/${detail.pendingStarts.limit}`],
      ['Collections', detail.collections.map(({ name }) => name).join(', ') || '-'],
      [
        'Errors',
        detail.errors.map(({ deploymentName, at }) => `${deploymentName} (${timeText(at)})`).join(', ') ||
          '-',
      ],
    ]);
    if (!software) return shown;
    return `${shown}\n\n${output.table(inventory?.software ?? [], softwareColumns, 'None is known.')}`;
  });
}

const inboundTexts = {
  blocked: 'BLOCKED: the agent reports, but the firewall of the machine keeps out what the site sends',
  open: 'open',
  unknown: '-',
} as const;

function firewallText(fact: FirewallFact | undefined): string {
  if (!fact) return '-';
  if (fact.active.length === 0) return 'none is active';
  const missing = fact.missing.map(({ rule, firewall, remedy }) => `${rule} (${firewall}): ${remedy}`);
  return missing.length === 0 ? `${fact.active.join(', ')}, open` : `MISSING ${missing.join('; ')}`;
}

function certificatesText(fact: CertificatesFact | undefined): string {
  if (!fact) return '-';
  if (fact.faults.length === 0) return `${fact.count}, all good`;
  const faults = fact.faults.map(({ code, store, place, until }) =>
    [code, ...(until ? [timeText(Date.parse(until))] : []), `(${store}: ${place})`].join(' '),
  );
  return `${certificateStateOf(fact).toUpperCase()} ${faults.join('; ')}`;
}

const softwareColumns: readonly Column<{ name: string; version: string }>[] = [
  { title: 'Software', value: ({ name }) => name },
  { title: 'Version', value: ({ version }) => version },
];

const timelineColumns: readonly Column<TimelineEntry>[] = [
  { title: 'When', value: ({ at }) => timeText(at) },
  {
    title: 'Severity',
    value: ({ severity }) => severity,
    paint: ({ severity }, style) =>
      severity === 'error' ? style.bad : severity === 'warning' ? style.warn : style.dim,
  },
  { title: 'What', value: ({ message }) => message, shrinks: true },
  { title: 'ID', value: ({ id }) => String(id), align: 'right' },
];

async function showTimeline({ connect, output }: Session, text: string, { limit }: { limit: number }) {
  const { client } = await connect();
  const { id } = await findMachine(client, text);
  const items = await allPages(client, machineRoutes.timeline, { params: { id }, query: {} }, limit);
  output.result(items, () => output.table(items, timelineColumns, 'Nothing happened yet.'));
}
