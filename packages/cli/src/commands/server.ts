import { Failure } from '@tenkai/domain';
import type { Command } from 'commander';
import { readText } from '../read-file.ts';
import { acting, type Cli, type Session } from '../session.ts';
import type { Column } from '../table.ts';

const settingsFile = '/etc/default/tenkai-server';

export function addServerCommands(program: Command, cli: Cli) {
  program
    .command('server')
    .description('the server on this machine')
    .command('ports')
    .description('list the ports that the server listens on by its settings, for firewalls; asks no site')
    .option('--settings <file>', 'settings of the server; the environment wins', settingsFile)
    .action(acting(cli, listPorts));
}

export interface Port {
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
  readonly address: string;
  readonly service: string;
}

const columns: readonly Column<Port>[] = [
  { title: 'Protocol', value: ({ protocol }) => protocol },
  { title: 'Port', value: ({ port }) => String(port), align: 'right' },
  { title: 'Address', value: ({ address }) => address },
  { title: 'For', value: ({ service }) => service },
];

async function listPorts({ terminal, output }: Session, { settings }: { settings: string }) {
  // A server that was not installed from a package has its settings in the environment alone.
  const text = await readText(terminal, settings).catch((error: unknown) => {
    if (settings === settingsFile) return '';
    throw error;
  });
  const ports = portsOf({ ...parseSettings(text), ...terminal.env });
  output.result(ports, () => output.table(ports, columns, 'None.'));
}

/** BSRV-10, BSRV-12: one TLS port for everything, and where it is wanted one that redirects to it. */
export function portsOf(env: Readonly<Record<string, string | undefined>>): Port[] {
  const address = env.TENKAI_LISTEN || '::';
  const port = portFrom('TENKAI_PORT', env.TENKAI_PORT || '8443');
  const main: Port = { protocol: 'tcp', port, address, service: 'HTTPS: console, agents, API, content' };
  if (!env.TENKAI_REDIRECT_PORT) return [main];
  const redirect = portFrom('TENKAI_REDIRECT_PORT', env.TENKAI_REDIRECT_PORT);
  return [main, { protocol: 'tcp', port: redirect, address, service: 'HTTP: redirect to HTTPS' }];
}

function portFrom(name: string, text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port <= 65_535) return port;
  throw new Failure('usage-wrong', {
    problem: `${name} is no port: "${text}".`,
    command: 'tenkai server ports',
  });
}

/** `NAME=value` lines as systemd reads them (systemd.exec(5), EnvironmentFile), without continuation lines. */
function parseSettings(text: string): Record<string, string> {
  const pairs = text.split('\n').flatMap((line) => {
    const match = /^\s*([A-Z_]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|(\S*))\s*$/.exec(line);
    return match ? [[match[1] ?? '', match[2] ?? match[3] ?? match[4] ?? '']] : [];
  });
  return Object.fromEntries(pairs);
}
