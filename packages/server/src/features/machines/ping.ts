import { execFile } from 'node:child_process';
import { isIP } from 'node:net';
import type { Log } from '../../kernel/log.ts';

/** Whether a host answers one ICMP echo request within a second. Never the first witness (BPWR-05). */
export type Ping = (address: string) => Promise<boolean>;

const timeoutMs = 3000;

/**
 * Asks by the system's own `ping`, which may open the raw socket that we may not. Where there is none, every host
 * is silent, which the log says once.
 */
export function createPing({ log, program = 'ping' }: { log: Log; program?: string }): Ping {
  let hasComplained = false;
  return (address) =>
    new Promise((resolve) => {
      if (isIP(address) === 0) return resolve(false);
      execFile(program, ['-n', '-c1', '-W1', address], { timeout: timeoutMs }, (error) => {
        if (error && (error as NodeJS.ErrnoException).code === 'ENOENT' && !hasComplained) {
          hasComplained = true;
          log.warn({ program }, 'there is no ping program: hosts without an agent count as unreachable');
        }
        resolve(error === null);
      });
    });
}
