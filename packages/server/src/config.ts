import { existsSync } from 'node:fs';
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { type PortRange, parsePortRange } from '@tenkai/domain/firewall/rule.ts';
import { type LogLevel, logLevels } from './kernel/log.ts';

/** What the operator decides before the server starts; everything else is a setting of the site. */
export interface Config {
  /** Folder of keys, embedded database and content. */
  readonly dataDir: string;
  /** The one TLS port for agents, console and CLI. 0 takes a free one. */
  readonly port: number;
  /** Where a plain HTTP listener answers with a redirect to https; null: no such listener. */
  readonly redirectPort: number | null;
  /** UDP ports that the firewall of this host has to let in; null: none. */
  readonly multicastPorts: PortRange | null;
  /** Where root writes down how that firewall stands, for the server, which may not ask; null: nowhere. */
  readonly firewallCheck: string | null;
  /** Profiles of Windows' firewall on which machines come in; empty: all. */
  readonly firewallProfiles: readonly string[];
  /** Address to listen on; `::` is every interface, both families. */
  readonly listen: string;
  /** PostgreSQL URL; empty: the embedded database. */
  readonly databaseUrl: string;
  /** Names and addresses of this server beside the ones the machine itself knows (BSRV-17). */
  readonly names: readonly string[];
  /** Processes that hold the agents' sockets; 0: this one. */
  readonly gateways: number;
  readonly logLevel: LogLevel;
  /** Three capitals or digits; read at the first start, afterwards the site keeps its code. */
  readonly siteCode: string;
  /** Folder of the built console; where it is absent the API serves alone. */
  readonly consoleDir: string;
  /** Folder with packages of the agent; those of this server's version upgrade the agents (BAGT-06). */
  readonly agentsDir: string;
}

/**
 * Reads the configuration from the environment.
 * @returns every mistake at once rather than the first, so that one start is enough to see them all.
 */
export function readConfig(
  env: Readonly<Record<string, string | undefined>>,
): Config | { mistakes: string[] } {
  const mistakes: string[] = [];
  const text = (name: string, fallback: string) => env[name]?.trim() || fallback;
  const words = (name: string) =>
    text(name, '')
      .split(/[\s,]+/)
      .filter((word) => word !== '');
  const integer = (name: string, fallback: number, max: number) => {
    const value = Number(text(name, String(fallback)));
    if (Number.isInteger(value) && value >= 0 && value <= max) return value;
    mistakes.push(`${name} must be a whole number from 0 to ${max}, but is "${env[name]}".`);
    return fallback;
  };

  const config: Config = {
    dataDir: resolve(text('TENKAI_DATA', './data')),
    port: integer('TENKAI_PORT', 8443, 65535),
    redirectPort: env.TENKAI_REDIRECT_PORT ? integer('TENKAI_REDIRECT_PORT', 80, 65535) : null,
    multicastPorts: parsePortRange(text('TENKAI_MULTICAST_PORTS', '')) ?? null,
    firewallCheck: env.TENKAI_FIREWALL_CHECK ? resolve(env.TENKAI_FIREWALL_CHECK) : null,
    firewallProfiles: words('TENKAI_FIREWALL_PROFILES'),
    listen: text('TENKAI_LISTEN', '::'),
    databaseUrl: text('TENKAI_DATABASE', ''),
    names: words('TENKAI_NAMES'),
    gateways: integer('TENKAI_GATEWAYS', 0, 64),
    logLevel: text('TENKAI_LOG_LEVEL', 'info') as LogLevel,
    siteCode: text('TENKAI_SITE', 'TK1'),
    consoleDir: resolve(text('TENKAI_CONSOLE', usualConsole())),
    agentsDir: resolve(text('TENKAI_AGENTS', join(import.meta.dirname, 'agents'))),
  };

  if (env.TENKAI_MULTICAST_PORTS?.trim() && config.multicastPorts === null) {
    mistakes.push(
      `TENKAI_MULTICAST_PORTS must be ports such as 56100-56227, but is "${env.TENKAI_MULTICAST_PORTS}".`,
    );
  }
  if (isIP(config.listen) === 0)
    mistakes.push(`TENKAI_LISTEN must be an IP address, but is "${config.listen}".`);
  if (!logLevels.includes(config.logLevel)) {
    mistakes.push(`TENKAI_LOG_LEVEL must be one of ${logLevels.join(', ')}, but is "${config.logLevel}".`);
  }
  if (config.gateways > 0 && process.platform !== 'linux')
    mistakes.push('TENKAI_GATEWAYS must be 0 here: several processes can share a port on Linux only.');
  if (!/^[A-Z0-9]{3}$/.test(config.siteCode)) {
    mistakes.push(`TENKAI_SITE must be three capitals or digits, but is "${config.siteCode}".`);
  }
  // The address may hold a password: it is not repeated here.
  if (config.databaseUrl !== '' && !isPostgresUrl(config.databaseUrl)) {
    mistakes.push('TENKAI_DATABASE must be a postgres:// address, or empty for the embedded database.');
  }
  for (const name of config.names.filter((candidate) => !isHost(candidate))) {
    mistakes.push(`TENKAI_NAMES must hold host names and IP addresses; "${name}" is neither.`);
  }
  return mistakes.length > 0 ? { mistakes } : config;
}

/** Beside the program: in a package a folder, in the sources a package of its own. */
function usualConsole(): string {
  const shipped = join(import.meta.dirname, 'console');
  return existsSync(shipped) ? shipped : join(import.meta.dirname, '../../console/dist');
}

function isPostgresUrl(text: string): boolean {
  return URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol);
}

function isHost(name: string): boolean {
  return (
    isIP(name) !== 0 ||
    /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i.test(name)
  );
}
