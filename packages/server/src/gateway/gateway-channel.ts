import { Failure } from '@tenkai/domain/failure.ts';
import type { AgentChannel } from '../kernel/agent-channel.ts';
import type { ToGateway } from './messages.ts';

/** A gateway as the site's process sees it. */
export interface GatewayEnd {
  send(message: ToGateway): void;
}

/** The agents' sockets where gateways hold them: who is where, and the way there. */
export interface GatewayChannel extends AgentChannel {
  /** A gateway says that a machine came to it or left it. */
  presence(gateway: GatewayEnd, machineId: string, isOnline: boolean): void;
  /** A gateway is gone, and with it every socket that it held. */
  lost(gateway: GatewayEnd): void;
}

export function createGatewayChannel(): GatewayChannel {
  const places = new Map<string, GatewayEnd>();
  const presence: ((machineId: string, isOnline: boolean) => void)[] = [];
  const nudged: ((machineId: string) => void)[] = [];
  const tell = (machineId: string, isOnline: boolean) => {
    for (const listener of presence) listener(machineId, isOnline);
  };
  const leave = (machineId: string) => {
    places.delete(machineId);
    tell(machineId, false);
  };
  return {
    nudge(machineId) {
      for (const listener of nudged) listener(machineId);
      places.get(machineId)?.send({ kind: 'nudge', machineId });
      return places.has(machineId);
    },
    isOnline: (machineId) => places.has(machineId),
    online: () => [...places.keys()],
    onPresence: (listener) => void presence.push(listener),
    onNudge: (listener) => void nudged.push(listener),
    drop: (machineId) => places.get(machineId)?.send({ kind: 'drop', machineId }),
    upgrade: (_request, socket) => void socket.destroy(new Failure('stopping')),
    stop: async () => {},
    presence(gateway, machineId, isOnline) {
      const previous = places.get(machineId);
      if (!isOnline) {
        // What a gateway says of a machine that has moved on to another is no news.
        if (previous === gateway) leave(machineId);
        return;
      }
      places.set(machineId, gateway);
      if (previous && previous !== gateway) previous.send({ kind: 'drop', machineId });
      if (!previous) tell(machineId, true);
    },
    lost(gateway) {
      for (const [machineId, place] of [...places]) if (place === gateway) leave(machineId);
    },
  };
}
