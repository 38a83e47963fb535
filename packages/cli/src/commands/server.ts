import type { Command } from 'commander';
import { portFrom, readServerSettings, settingsFile } from '../server-settings.ts';
import { acting, type Cli, type Session } from '../session.ts';
import type { Column } from '../table.ts';

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
  const ports = portsOf(await readServerSettings(terminal, settings));
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
