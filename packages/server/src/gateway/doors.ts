import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { AgentFront } from '../kernel/agent-channel.ts';
import { type Listener, renewCertificate } from '../kernel/http/listener.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { LogLevel } from '../kernel/log.ts';
import { createCarryOut } from './carry-out.ts';
import { createAgentDoor } from './door.ts';
import { startFleet } from './fleet.ts';
import { createAgentSockets, reconnectSpreadMs } from './sockets.ts';

/** Where agents, browsers and programs come in. */
export interface Doors {
  readonly port: number;
  /** Processes that hold the agents' sockets; empty where this one does. */
  gatewayPids(): number[];
  /** Takes the key chain's present certificate. */
  renewTls(): void;
  /** Says goodbye to the agents and lets no more of them in; other requests end with the server. */
  stop(): Promise<void>;
}

export interface DoorsOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** The same number that the kernel was made with. */
  readonly gateways: number;
}

export function openDoors(kernel: Kernel, options: DoorsOptions): Promise<Doors> {
  return options.gateways === 0 ? openOwnDoor(kernel, options) : openGateways(kernel, options);
}

async function openOwnDoor(kernel: Kernel, { host, port }: DoorsOptions): Promise<Doors> {
  const { http, access, channel, keys } = kernel;
  const own = kernel.log.child({ component: 'gateway' });
  const common = {
    access,
    routes: new Set(http.agentRoutes.keys()),
    take: createCarryOut({ ...kernel, log: own }),
    log: own,
  };
  const sockets = createAgentSockets({
    ...common,
    onPresence: ({ machineId }, isOnline) =>
      isOnline ? channel.appeared(machineId, front) : channel.gone(machineId, front),
  });
  const front: AgentFront = sockets;
  const { server } = http.fastify;
  http.door = createAgentDoor(common);
  server.on('upgrade', sockets.upgrade);
  await http.fastify.listen({ host, port });
  return {
    port: (server.address() as AddressInfo).port,
    gatewayPids: () => [],
    renewTls: () => renewCertificate(server as unknown as Listener, keys.tls()),
    stop: () => sockets.stop(reconnectSpreadMs(sockets.count())),
  };
}

async function openGateways(kernel: Kernel, { host, port, gateways }: DoorsOptions): Promise<Doors> {
  const { http, access, channel, keys, clock } = kernel;
  const log = kernel.log.child({ component: 'gateway' });
  const carryOut = createCarryOut({ ...kernel, log });
  const corePath = localSocketPath(kernel.dataDir);
  await http.fastify.listen({ path: corePath });
  // Taken and let go again: several processes may share the port, but not with somebody else's.
  const freePort = await findPort(host, port);
  const fleet = await startFleet({
    count: gateways,
    channel,
    access,
    clock,
    log,
    answer: async ({ id, route, agent, body }) => ({ id, ...(await carryOut(route, agent, body)) }),
    settings: {
      host,
      port: freePort,
      tls: keys.tls(),
      ticketKeys: randomBytes(48),
      tokenKey: keys.tokenKey,
      corePath,
      routes: [...http.agentRoutes.keys()],
      logLevel: kernel.log.level as LogLevel,
    },
  });
  return {
    port: freePort,
    gatewayPids: fleet.pids,
    renewTls: () => fleet.renewTls(keys.tls()),
    async stop() {
      await fleet.stop();
      removeSocketDir(kernel.dataDir, corePath);
    },
  };
}

/** sockaddr_un holds 107 bytes of path (unix(7)). */
const longestSocketPath = 107;

/** In the data folder, which nobody else may enter; where its path is too long, in a folder of the same kind. */
function localSocketPath(dataDir: string): string {
  const path = join(dataDir, 'core.sock');
  if (Buffer.byteLength(path) > longestSocketPath)
    return join(mkdtempSync(join(tmpdir(), 'tenkai-')), 'core.sock');
  // What a killed server left; the lock on the folder says that it is dead.
  rmSync(path, { force: true });
  return path;
}

function removeSocketDir(dataDir: string, path: string) {
  if (dirname(path) !== dataDir) rmSync(dirname(path), { recursive: true, force: true });
}

function findPort(host: string, port: number): Promise<number> {
  const probe = createServer();
  return new Promise((resolve, reject) => {
    probe.once('error', reject).listen({ host, port, exclusive: true }, () => {
      const { port: found } = probe.address() as AddressInfo;
      probe.close(() => resolve(found));
    });
  });
}
