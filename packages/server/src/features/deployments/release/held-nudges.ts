import { setImmediate as nextTurn } from 'node:timers/promises';
import { longestSpreadMs } from '@tenkai/protocol/agent/channel.ts';
import type { AgentChannel } from '../../../kernel/agent-channel.ts';
import type { Clock } from '../../../kernel/clock.ts';

/** The agents' channel, of which nudges wait until they are sent together. */
export interface HeldNudges {
  readonly channel: AgentChannel;
  /** Resolves when all of them are sent. */
  send(): Promise<void>;
}

/** No machine waits longer for those that are planned after it. */
const longestHoldMs = 10_000;
/**
 * So many may come at once, and then so many a second: a site answers more, and has reports to take beside them. Of a
 * large fleet only as many as it answers while it plans and hears reports: who came sooner would wait at the door.
 */
const freeToCome = 100;
const comingPerSecond = 15_000;
const largeFleet = { above: 10_000, comingPerSecond: 5000 };
/** So long sockets are written to without a turn of the event loop. With shorter ones the first fetch their orders before the last is told. */
const sliceMs = 20;

/**
 * A nudged machine comes for its orders, and costs the site as much as the planning of the next two: ten thousand of
 * them would hold up the rest of their own deployment, and the check-ins of all others if they came at once. What is
 * lost here by a crash is made good by the agents, which ask when they connect again.
 */
export function holdNudges(channel: AgentChannel, clock: Clock): HeldNudges {
  const held = new Set<string>();
  let since = 0;
  const send = async () => {
    const machineIds = [...held];
    held.clear();
    const withinMs = spreadMs(machineIds.length);
    let sliceEndsAt = performance.now() + sliceMs;
    for (const machineId of machineIds) {
      channel.nudge(machineId, withinMs);
      if (performance.now() < sliceEndsAt) continue;
      await nextTurn();
      sliceEndsAt = performance.now() + sliceMs;
    }
  };
  const nudge = (machineId: string) => {
    if (held.size === 0) since = clock.now();
    held.add(machineId);
    if (Math.abs(clock.now() - since) >= longestHoldMs) void send();
    return channel.isOnline(machineId);
  };
  return { channel: { ...channel, nudge }, send };
}

/** Over how much time so many machines are asked to come. */
function spreadMs(count: number): number {
  const few = Math.max(0, Math.min(count, largeFleet.above) - freeToCome);
  const more = Math.max(0, count - largeFleet.above);
  const seconds = few / comingPerSecond + more / largeFleet.comingPerSecond;
  return Math.min(Math.ceil(seconds * 1000), longestSpreadMs);
}
