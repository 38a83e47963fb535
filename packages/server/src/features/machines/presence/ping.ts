import { execFile } from 'node:child_process';
import { isIP } from 'node:net';
import type { Log } from '../../../kernel/log.ts';

/** Whether a host answers one ICMP echo request within a second. Never the first witness (BPWR-05). */
export type Ping = (address: string) => Promise<boolean>;

const timeoutMs = 3000;

const thisSystem = process.platform === 'win32' ? 'windows' : 'linux';
const questions = {
  linux: (address: string) => ['-n', '-c1', '-W1', address],
  windows: (address: string) => ['-n', '1', '-w', '1000', address],
};

/**
 * On Windows `ping` is content with any answer, a router's "unreachable" too; only an echo has a time to live (IPv4) or
 * a time (IPv6), in every language of it.
 */
const isEcho = (said: string) => /\bTTL=\d|[=<] ?\d+ ?ms/i.test(said);

export interface PingOptions {
  readonly log: Log;
  readonly program?: string;
  readonly system?: keyof typeof questions;
}

/**
 * Asks by the system's own `ping`, which may open the raw socket that we may not. Where there is none, every host
 * is silent, which the log says once.
 */
export function createPing({ log, program = 'ping', system = thisSystem }: PingOptions): Ping {
  let hasComplained = false;
  return (address) =>
    new Promise((resolve) => {
      if (isIP(address) === 0) return resolve(false);
      execFile(
        program,
        questions[system](address),
        { timeout: timeoutMs, windowsHide: true },
        (error, stdout) => {
          if (error && (error as NodeJS.ErrnoException).code === 'ENOENT' && !hasComplained) {
            hasComplained = true;
            log.warn({ program }, 'there is no ping program: hosts without an agent count as unreachable');
          }
          resolve(error === null && (system === 'linux' || isEcho(stdout)));
        },
      );
    });
}
