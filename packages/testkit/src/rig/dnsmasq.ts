/** A real name server of the test's own: Debian's dnsmasq on a free port of 127.0.0.1, which asks nobody else. */
import type { ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { end, spawnOwned, tailOf } from './own-process.ts';

const program = '/usr/sbin/dnsmasq';

/** Why a test with dnsmasq cannot run here; false when it can. */
export const noDnsmasq: string | false =
  !existsSync(program) && 'dnsmasq is missing: run node scripts/install-test-tools.mjs as root';

export interface Dnsmasq {
  /** `127.0.0.1:port` */
  readonly server: string;
  /** Every question that came, such as `SRV _tenkai_mp._tcp.lab.example`. */
  questions(): string[];
  stop(): Promise<void>;
}

/** Another process may take a port between its being found and its being used. */
const maxTries = 10;

/**
 * @param records options of dnsmasq, such as `--srv-host=_x._tcp.lab.example,host.example,8443,0,0`; what is not among
 * them, below `zone`, does not exist
 */
export async function startDnsmasq(zone: string, records: readonly string[]): Promise<Dnsmasq> {
  for (let tries = 1; ; tries += 1) {
    const port = await freePort();
    const args = [
      '--keep-in-foreground',
      '--conf-file=/dev/null',
      '--no-resolv',
      '--no-hosts',
      '--pid-file=',
    ];
    const where = [`--port=${port}`, '--listen-address=127.0.0.1', '--bind-interfaces', `--local=/${zone}/`];
    const log = ['--log-queries', '--log-facility=-', '--user=root'];
    const child = spawnOwned(program, [...args, ...where, ...log, ...records], {
      stdio: ['ignore', 'pipe', 'pipe'],
      deathSignal: 'TERM',
    });
    const said = tailOf(child, 1_000_000);
    if (await isUp(child, said)) return running(child, said, port);
    if (tries === maxTries) throw new Error(`dnsmasq does not start: ${said()}`);
  }
}

function running(child: ChildProcess, said: () => string, port: number): Dnsmasq {
  return {
    server: `127.0.0.1:${port}`,
    questions: () =>
      [...said().matchAll(/query\[(\w+)\] (\S+) from/g)].map(([, type, name]) => `${type} ${name}`),
    stop: () => end(child),
  };
}

/** It says that it has started once its sockets are open. */
function isUp(child: ChildProcess, said: () => string): Promise<boolean> {
  return new Promise((resolve) => {
    const look = () => said().includes('started, version') && resolve(true);
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', look);
    child.once('close', () => resolve(false));
  });
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}
