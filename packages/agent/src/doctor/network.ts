import { lookup } from 'node:dns/promises';
import { connect, isIP } from 'node:net';
import type { Attempt } from '@tenkai/domain/diagnosis/index.ts';
import { run } from '../platform/shell.ts';

const portLimitMs = 5000;
const echoLimitMs = 5000;

/** Addresses of a name, or the address that it is already; empty where nobody knows it. */
export async function addressesOf(host: string): Promise<string[]> {
  if (isIP(host) !== 0) return [host];
  const found = await lookup(host, { all: true }).catch(() => []);
  return [...new Set(found.map(({ address }) => address))];
}

/** Opens a TCP connection and closes it. */
export function tryPort(host: string, port: number): Promise<Attempt> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (attempt: Attempt) => {
      socket.destroy();
      resolve(attempt);
    };
    socket.setTimeout(portLimitMs, () => end('silence'));
    socket.once('connect', () => end('open'));
    socket.once('error', (error: NodeJS.ErrnoException) =>
      end(error.code === undefined || error.code === 'ETIMEDOUT' ? 'silence' : error.code),
    );
  });
}

/** Whether the host answers one of two echo requests; false also where there is no ping program. */
export async function answersEcho(address: string): Promise<boolean> {
  const args = process.platform === 'win32' ? ['-n', '2', '-w', '1000'] : ['-n', '-c2', '-i0.3', '-W1'];
  const options = { timeoutMs: echoLimitMs, signal: AbortSignal.timeout(echoLimitMs) };
  return (await run('ping', [...args, address], options)).code === 0;
}
