import type { Metrics } from './metrics.ts';

/** The agents' sockets as features see them: one for each machine, for nudges and presence only (law 4). */
export interface AgentChannel {
  /**
   * Tells the agent that there is something to fetch; false: it is not connected and will ask by itself.
   * @param withinMs it comes after a random part of this time, so that many do not come at once; default: it comes now
   */
  nudge(machineId: string, withinMs?: number): boolean;
  /** Called at each nudge, also of a machine that is not connected: its next report is told then. */
  onNudge(handler: (machineId: string) => void): void;
  isOnline(machineId: string): boolean;
  online(): readonly string[];
  /** Called when a machine appears and when it is gone; a quick reconnect is no change. */
  onPresence(listener: PresenceListener): void;
  /** Ends the socket of a machine that lost its right to one (deleted, quarantined). */
  drop(machineId: string): void;

  /** For fronts: the machine has a socket there now. An older one elsewhere is ended: it died unnoticed. */
  appeared(machineId: string, front: AgentFront): void;
  /** For fronts: the socket there is closed. */
  gone(machineId: string, front: AgentFront): void;
  /** For fronts: all sockets there are gone at once. */
  lost(front: AgentFront): void;
}

/** Whoever holds sockets of agents: this process, or one of several gateways. */
export interface AgentFront {
  /** Says to a connected agent that there is something to fetch. */
  nudge(machineId: string, withinMs: number): void;
  drop(machineId: string, why: DropReason): void;
}

/** `replaced`: the machine has a newer socket elsewhere. */
export type DropReason = 'dropped' | 'replaced';

type PresenceListener = (machineId: string, isOnline: boolean) => void;

/** The book of who is connected where. */
export function createAgentChannel({ metrics }: { metrics: Metrics }): AgentChannel {
  const fronts = new Map<string, AgentFront>();
  const listeners: PresenceListener[] = [];
  const nudged: ((machineId: string) => void)[] = [];
  const tell = (machineId: string, isOnline: boolean) => {
    for (const listener of listeners) listener(machineId, isOnline);
  };
  const gone = (machineId: string, front: AgentFront) => {
    // Of a socket that was replaced from elsewhere nothing is left to say.
    if (fronts.get(machineId) !== front) return;
    fronts.delete(machineId);
    tell(machineId, false);
  };
  metrics.gauge('tenkai_agents_connected', 'Agents with an open channel.', () => fronts.size);
  return {
    nudge(machineId, withinMs = 0) {
      for (const handler of nudged) handler(machineId);
      const front = fronts.get(machineId);
      front?.nudge(machineId, withinMs);
      return front !== undefined;
    },
    onNudge: (handler) => void nudged.push(handler),
    isOnline: (machineId) => fronts.has(machineId),
    online: () => [...fronts.keys()],
    onPresence: (listener) => void listeners.push(listener),
    drop: (machineId) => fronts.get(machineId)?.drop(machineId, 'dropped'),
    appeared(machineId, front) {
      const before = fronts.get(machineId);
      fronts.set(machineId, front);
      if (!before) return tell(machineId, true);
      if (before !== front) before.drop(machineId, 'replaced');
    },
    gone,
    lost(front) {
      for (const [machineId, where] of [...fronts]) if (where === front) gone(machineId, front);
    },
  };
}
