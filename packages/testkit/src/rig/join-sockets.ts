import type { Socket } from 'node:net';

/** Passes bytes both ways between two connections (made with allowHalfOpen), ends included; an error ends both. */
export function joinSockets(a: Socket, b: Socket): void {
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    from.pipe(to);
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
  }
}
