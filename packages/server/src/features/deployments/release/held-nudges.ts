import type { AgentChannel } from '../../../kernel/agent-channel.ts';
import type { Clock } from '../../../kernel/clock.ts';

/** The agents' channel, of which nudges wait until they are sent together. */
export interface HeldNudges {
  readonly channel: AgentChannel;
  send(): void;
}

/** No machine waits longer for those that are planned after it. */
const longestHoldMs = 3000;

/**
 * A nudged machine comes at once for its orders, and costs the site as much as the planning of the next two: ten
 * thousand of them would hold up the rest of their own deployment. What is lost here by a crash is made good by the
 * agents, which ask when they connect again.
 */
export function holdNudges(channel: AgentChannel, clock: Clock): HeldNudges {
  const held = new Set<string>();
  let since = 0;
  const send = () => {
    const machineIds = [...held];
    held.clear();
    for (const machineId of machineIds) channel.nudge(machineId);
  };
  const nudge = (machineId: string) => {
    if (held.size === 0) since = clock.now();
    held.add(machineId);
    if (Math.abs(clock.now() - since) >= longestHoldMs) send();
    return channel.isOnline(machineId);
  };
  return { channel: { ...channel, nudge }, send };
}
