import {
  Failure,
  findSystems,
  operatingSystems,
  reasonSentence,
  type SystemMatch,
  type SystemRow,
  systemRows,
  systemsPage,
} from '@tenkai/domain';
import { capabilities, type SystemNote, verdicts } from '@tenkai/domain/os-matrix/system-row.ts';
import type { QueryOf } from '@tenkai/protocol/api/route.ts';
import { systemRoutes } from '@tenkai/protocol/api/systems.ts';
import { type Command, Option } from 'commander';
import { acting, type Cli, type Session } from '../session.ts';
import type { Column } from '../table.ts';
import { findMachine } from './machine/find-machine.ts';

/** `tenkai systems`: what is supported on which operating system. */
export function addSystemsCommands(program: Command, cli: Cli) {
  const noun = program
    .command('systems')
    .description(
      'operating systems and what is supported on them; where nobody is signed in, as this program knows it',
    );
  noun
    .command('list')
    .description('list the matrix of operating systems')
    .option('--search <words>', 'words of name, edition or architecture')
    .addOption(
      new Option(
        '--capability <name>',
        'only systems with it; with --verdict, those of that verdict',
      ).choices(capabilities),
    )
    .addOption(new Option('--verdict <name>', 'only this verdict').choices(verdicts))
    .action(acting(cli, list));
  noun
    .command('page')
    .description('print the supported environment of this site as a page of Markdown')
    .action(acting(cli, page));
  noun
    .command('show')
    .description('show one system, or that of a machine, with reasons and notes')
    .argument('[system]', 'such as debian-12-x64')
    .option('--machine <name>', 'the system of this machine, at its service pack')
    .action(acting(cli, show));
}

const columns: readonly Column<SystemRow>[] = [
  { title: 'System', value: ({ key }) => key },
  { title: 'Name', value: ({ name }) => name, shrinks: true },
  { title: 'Agent', value: (row) => row.capabilities.agent.verdict },
  { title: 'Packages', value: (row) => row.capabilities['package-deployment'].verdict },
  { title: 'Server', value: (row) => row.capabilities.server.verdict },
  { title: 'Images', value: (row) => row.capabilities['image-restore'].verdict },
  { title: 'Netboot', value: (row) => row.capabilities.netboot.verdict },
  {
    title: 'Notes',
    value: ({ notes }) => String(new Set(notes.map(({ reason }) => reason.code)).size),
    align: 'right',
  },
];

/**
 * The matrix of the site that somebody is signed in to, else the one of this program: it is data, and nobody's secret.
 */
async function systemsOf({ connect }: Session, query: QueryOf<typeof systemRoutes.list>) {
  const connection = await connect().catch((error) => {
    if (error instanceof Failure && notSignedIn.includes(error.code)) return undefined;
    throw error;
  });
  if (connection) return connection.client(systemRoutes.list, { query });
  return { dataVersion: operatingSystems.dataVersion, items: findSystems(systemRows, query) };
}

const notSignedIn = ['site-unknown', 'token-missing'];

async function list(session: Session, query: QueryOf<typeof systemRoutes.list>) {
  const { output } = session;
  const { items } = await systemsOf(session, query);
  output.result(items, () => output.table(items, columns, 'No system is like that.'));
}

async function page(session: Session) {
  const { output } = session;
  const { dataVersion, items: rows } = await systemsOf(session, {});
  output.result({ dataVersion, rows }, () => systemsPage({ dataVersion, rows }).trimEnd());
}

async function show(session: Session, key: string | undefined, { machine }: { machine?: string }) {
  const { connect, output } = session;
  if ((key === undefined) === (machine === undefined))
    throw new Failure('usage-wrong', {
      problem: 'Name either a system or, by --machine, a machine.',
      command: 'tenkai systems show',
    });
  if (machine === undefined) {
    const row = (await systemsOf(session, {})).items.find((one) => one.key === key);
    if (!row) throw new Failure('not-found', { what: 'system', id: key ?? '' });
    output.result(row, () => rowText(session, row, row.notes).join('\n'));
    return;
  }
  const { client } = await connect();
  const { id } = await findMachine(client, machine);
  const { match } = await client(systemRoutes.ofMachine, { params: { id } });
  output.result(match, () => matchText(session, match));
}

function matchText(session: Session, match: SystemMatch | null): string {
  if (!match) return reasonSentence({ code: 'inventory-missing', params: {} });
  const warnings = match.warnings.map((warning) => session.output.style.warn(reasonSentence(warning)));
  return [...(match.row ? rowText(session, match.row, match.notes) : []), ...warnings].join('\n');
}

function rowText({ output }: Session, row: SystemRow, notes: readonly SystemNote[]): string[] {
  return [
    output.properties([
      ['System', row.key],
      ['Name', row.name],
      ['Editions', row.editions.join(', ') || '-'],
      ['Service packs', row.servicePacks.map((level) => (level === 0 ? 'none' : `SP${level}`)).join(', ')],
      ...(row.servicePackNeeds ?? []).map(
        ({ level, oneOf }) => [`SP${level} needs`, oneOf.map((one) => `SP${one}`).join(' or ')] as const,
      ),
      ['Firewall', row.firewall],
      ['Since version', row.minimumVersion ?? '-'],
      ...capabilities.map((name) => {
        const { verdict, reason } = row.capabilities[name];
        return [name, reason ? `${verdict}: ${reasonSentence(reason)}` : verdict] as const;
      }),
    ]),
    ...notes.map(noteText),
  ];
}

function noteText({ reason, about, levels }: SystemNote): string {
  const where = levels
    ? ` (${levels.map((level) => (level === 0 ? 'no SP' : `SP${level}`)).join(', ')})`
    : '';
  return `- ${about}${where}: ${reasonSentence(reason)}`;
}
