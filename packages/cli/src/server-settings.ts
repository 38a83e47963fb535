import { join } from 'node:path';
import { Failure, type PortRange, parsePortRange } from '@tenkai/domain';
import { readText } from './read-file.ts';
import type { Terminal } from './terminal.ts';

/** Settings of a server that was installed from its package. */
export const settingsFile =
  process.platform === 'win32'
    ? join(process.env.ProgramData ?? 'C:\\ProgramData', 'Tenkai', 'Server', 'server.env')
    : '/etc/default/tenkai-server';

export type ServerSettings = Readonly<Record<string, string | undefined>>;

/**
 * Settings of the server on this machine; the environment wins.
 * @throws Failure file-unreadable where another file than the usual one was named
 */
export async function readServerSettings(terminal: Terminal, file: string): Promise<ServerSettings> {
  // A server that was not installed from a package has its settings in the environment alone.
  const text = await readText(terminal, file).catch((error: unknown) => {
    if (file === settingsFile) return '';
    throw error;
  });
  return { ...parseSettings(text), ...terminal.env };
}

/** @throws Failure usage-wrong */
export function portFrom(name: string, text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port <= 65_535) return port;
  throw wrong(`${name} is no port: "${text}".`);
}

/** @throws Failure usage-wrong */
export function portRangeFrom(name: string, text: string): PortRange {
  const range = parsePortRange(text);
  if (range) return range;
  throw wrong(`${name} is no range of ports such as 56100-56227: "${text}".`);
}

const wrong = (problem: string) => new Failure('usage-wrong', { problem, command: 'tenkai server ports' });

/** `NAME=value` lines as systemd reads them (systemd.exec(5), EnvironmentFile), without continuation lines. */
function parseSettings(text: string): Record<string, string> {
  const pairs = text.split('\n').flatMap((line) => {
    const match = /^\s*([A-Z_]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|(\S*))\s*$/.exec(line);
    return match ? [[match[1] ?? '', match[2] ?? match[3] ?? match[4] ?? '']] : [];
  });
  return Object.fromEntries(pairs);
}
