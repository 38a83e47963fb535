import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import type { Kernel } from '../kernel/kernel.ts';
import type { LogLevel } from '../kernel/log.ts';
import { createBatch } from './batch.ts';
import { createCarryOut } from './carry-out.ts';
import { sharesPorts } from './gateway.ts';
import type { GatewayChannel, GatewayEnd } from './gateway-channel.ts';
import type { CallAnswer, FromGateway, GatewaySetup, ToGateway } from './messages.ts';

/** The gateways of a site, seen from the site's process. */
export interface Front {
  /** The port on which all of them listen. */
  readonly port: number;
  /** Gives all of them the present TLS certificate. */
  renewTls(): void;
  stop(): Promise<void>;
}

export interface FrontOptions {
  readonly kernel: Kernel;
  readonly channel: GatewayChannel;
  readonly count: number;
  readonly listen: string;
  readonly port: number;
  readonly upstream: string;
  readonly logLevel: LogLevel;
}

const startAgainAfterMs = 1000;
const stopWithinMs = 12_000;

/**
 * Starts the gateways and waits until the first listens; the others take over its port. One that ends by itself
 * is started again, and its agents come back to any of them.
 * @throws Error when a gateway cannot listen
 */
export async function startFront(options: FrontOptions): Promise<Front> {
  const { kernel, channel, count } = options;
  const log = kernel.log.child({ component: 'front' });
  const workers = new Map<Worker, GatewayEnd>();
  const carryOut = createCarryOut({ ...kernel, log });
  let isStopping = false;
  let port = options.port;
  cluster.setupPrimary({ exec: process.argv[1], args: [], serialization: 'advanced' });

  const start = () => {
    const worker = cluster.fork();
    const gateway = { send: (message: ToGateway) => void (worker.isConnected() && worker.send(message)) };
    workers.set(worker, gateway);
    const answer = createBatch<CallAnswer>((answers) => gateway.send({ kind: 'answers', answers }));
    const started = receive(worker, {
      calls: ({ calls }) => {
        for (const call of calls) void carryOut(call).then(answer);
      },
      presence: ({ machineId, isOnline }) => {
        channel.presence(gateway, machineId, isOnline);
        if (isOnline && kernel.access.isShutOut(machineId)) gateway.send({ kind: 'drop', machineId });
      },
    });
    worker.on('exit', (code, signal) => {
      workers.delete(worker);
      channel.lost(gateway);
      if (isStopping) return;
      log.error({ code, signal }, 'a gateway ended and is started again');
      setTimeout(() => !isStopping && startAgain(), startAgainAfterMs);
    });
    // Where the site's process accepts for all, they share its socket by what the first asked for.
    const asked = sharesPorts || workers.size === 1 ? port : options.port;
    gateway.send({ kind: 'start', setup: setupOf(options, asked) });
    return started;
  };
  const startAgain = () => {
    start().catch((error: unknown) => log.error({ err: error }, 'a gateway does not start'));
  };

  const stop = async () => {
    isStopping = true;
    for (const gateway of workers.values()) gateway.send({ kind: 'stop' });
    await allGone([...workers.keys()]);
  };
  try {
    port = await start();
    await Promise.all(Array.from({ length: count - 1 }, start));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    port,
    renewTls() {
      for (const gateway of workers.values()) gateway.send({ kind: 'tls', tls: kernel.keys.tls() });
    },
    stop,
  };
}

function setupOf({ kernel, listen, upstream, logLevel }: FrontOptions, port: number): GatewaySetup {
  return {
    listen,
    port,
    upstream,
    logLevel,
    tls: kernel.keys.tls(),
    tokenKey: kernel.keys.tokenKey,
    batched: [...kernel.http.agentRoutes.keys()],
  };
}

type Handlers = {
  readonly [K in 'calls' | 'presence']: (message: Extract<FromGateway, { kind: K }>) => void;
};

/** Hands on what a gateway says; resolves with its port once it listens. */
function receive(worker: Worker, handlers: Handlers): Promise<number> {
  return new Promise((resolve, reject) => {
    worker.on('message', (message: FromGateway) => {
      if (message.kind === 'calls') handlers.calls(message);
      else if (message.kind === 'presence') handlers.presence(message);
      else if (message.kind === 'listening') resolve(message.port);
      else reject(Object.assign(new Error(message.message), { code: message.code }));
    });
    worker.on('exit', () => reject(new Error('a gateway ended while it started')));
  });
}

async function allGone(workers: readonly Worker[]) {
  const alive = workers.filter((worker) => !worker.isDead());
  const limit = setTimeout(() => {
    for (const worker of alive) worker.process.kill('SIGKILL');
  }, stopWithinMs);
  await Promise.all(alive.map((worker) => once(worker, 'exit')));
  clearTimeout(limit);
}
