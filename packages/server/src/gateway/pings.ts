import type { WebSocket } from 'ws';

export interface Pings {
  add(socket: WebSocket): void;
  stop(): void;
}

/** Middleboxes forget idle connections after a minute or more. */
const defaultEveryMs = 45_000;
const slices = 90;

/**
 * Asks each socket once in 45 s, a slice of them at a time: ten thousand in one go would hold up everybody else for
 * a fifth of a second. Whoever has not answered by the next time is gone.
 */
export function createPings(everyMs = defaultEveryMs): Pings {
  const groups = Array.from({ length: slices }, () => new Set<WebSocket>());
  const answered = new WeakSet<WebSocket>();
  let turn = 0;
  let added = 0;
  const timer = setInterval(() => {
    turn = (turn + 1) % slices;
    for (const socket of groups[turn] ?? []) {
      if (!answered.delete(socket)) socket.terminate();
      else socket.ping();
    }
  }, everyMs / slices).unref();
  return {
    add(socket) {
      added += 1;
      const group = groups[added % slices];
      group?.add(socket);
      answered.add(socket);
      socket.on('pong', () => void answered.add(socket));
      socket.on('close', () => void group?.delete(socket));
    },
    stop: () => clearInterval(timer),
  };
}
