import type { Access } from '../kernel/access/access.ts';
import type { AgentChannel } from '../kernel/agent-channel.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Log } from '../kernel/log.ts';
import { type ChildOptions, type GatewayChild, startGatewayChild } from './gateway-child.ts';
import type { GatewaySettings, Pem } from './messages.ts';
import { reconnectSpreadMs } from './sockets.ts';

/** Several gateways on one port, kept running. */
export interface Fleet {
  /** Process ids of those that run. */
  pids(): number[];
  renewTls(tls: Pem): void;
  stop(): Promise<void>;
}

export interface FleetOptions extends Pick<ChildOptions, 'answer'> {
  readonly count: number;
  readonly settings: GatewaySettings;
  readonly channel: AgentChannel;
  readonly access: Pick<Access, 'isShutOut'>;
  readonly clock: Clock;
  readonly log: Log;
}

const firstRestartMs = 200;
const longestRestartMs = 30_000;
/** Whoever ran for so long failed for a new reason. */
const stableMs = 60_000;
const stopWithinMs = 15_000;

interface State extends FleetOptions {
  settings: GatewaySettings;
  readonly running: Set<GatewayChild>;
  readonly stopping: AbortController;
}

/**
 * Starts all gateways; resolves when each listens.
 * @throws Error where one cannot, for instance because the port is taken
 */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const state: State = { ...options, running: new Set(), stopping: new AbortController() };
  const first = Array.from({ length: options.count }, () => startOne(state));
  const started = await Promise.allSettled(first);
  const failed = started.find((result) => result.status === 'rejected');
  if (failed) {
    for (const child of state.running) child.kill();
    throw failed.reason;
  }
  const loops = started.map((result) => keep(state, (result as PromiseFulfilledResult<GatewayChild>).value));
  return {
    pids: () => [...state.running].map(({ pid }) => pid),
    renewTls(tls) {
      state.settings = { ...state.settings, tls };
      for (const child of state.running) child.send({ type: 'tls', tls });
    },
    async stop() {
      state.stopping.abort();
      const reconnectWithinMs = reconnectSpreadMs(options.channel.online().length);
      for (const child of state.running) child.send({ type: 'stop', reconnectWithinMs });
      const limit = setTimeout(() => {
        for (const child of state.running) child.kill();
      }, stopWithinMs);
      await Promise.all(loops);
      clearTimeout(limit);
    },
  };
}

async function startOne(state: State): Promise<GatewayChild> {
  const { settings, channel, access, answer } = state;
  const child = await startGatewayChild({
    settings,
    answer,
    onPresence(front, agent, isOnline) {
      const { machineId } = agent;
      if (!isOnline) channel.gone(machineId, front);
      // The gateway has checked the token alone.
      else if (access.isShutOut(agent)) front.drop(machineId, 'dropped');
      else channel.appeared(machineId, front);
    },
  });
  state.running.add(child);
  return child;
}

/** Waits for the end of a gateway and starts it anew, until the fleet stops. Its agents come back by themselves. */
async function keep(state: State, first: GatewayChild) {
  let child: GatewayChild | undefined = first;
  let startedAt = state.clock.now();
  for (let failures = 0; child; ) {
    const how = await child.ended;
    state.running.delete(child);
    state.channel.lost(child);
    if (state.stopping.signal.aborted) return;
    failures = state.clock.now() - startedAt > stableMs ? 0 : failures + 1;
    state.log.error({ pid: child.pid, how }, 'a gateway ended and is started again');
    child = await restart(state, failures);
    startedAt = state.clock.now();
  }
}

async function restart(state: State, failuresBefore: number): Promise<GatewayChild | undefined> {
  const { signal } = state.stopping;
  for (let failures = failuresBefore; !signal.aborted; failures += 1) {
    const wait = Math.min(longestRestartMs, firstRestartMs * 2 ** Math.min(failures, 20));
    await state.clock.wait(wait, signal);
    if (signal.aborted) break;
    try {
      return await startOne(state);
    } catch (error) {
      state.log.error({ err: error }, 'a gateway could not be started');
    }
  }
  return undefined;
}
