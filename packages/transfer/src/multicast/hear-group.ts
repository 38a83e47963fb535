import { DATAGRAM_BYTES, TRAIN_DATAGRAMS } from './layout.ts';
import type { GroupSocket } from './sockets.ts';

/** What the system puts together at most: 64 KiB. */
const TRAIN_BYTES = 65_536;
/** About 2 ms of work; then timers and finished writes have their turn. */
const TRAINS_AT_ONCE = 16;

/**
 * Calls `take` for each datagram that comes to the group; its bytes may be overwritten once `take` has returned. Node
 * makes new memory for each train, which the system has to clear; so it brings the first of those that wait, and the
 * others are read into memory that is used again, and still in the processor's cache.
 */
export function hearGroup({ socket, receive }: GroupSocket, take: (datagram: Buffer) => void): void {
  const train = Buffer.alloc(receive ? TRAIN_BYTES : 0);
  const places = Array.from({ length: receive ? TRAIN_DATAGRAMS : 0 }, (_, index) => placeOf(train, index));
  socket.on('message', (message) => {
    takeApart(message, take);
    for (let count = 0; receive && count < TRAINS_AT_ONCE; count += 1) {
      const length = receive(train);
      if (length < 0) return;
      const whole = Math.min(places.length, Math.floor(length / DATAGRAM_BYTES));
      for (let index = 0; index < whole; index += 1) take(places[index] as Buffer);
      takeApart(train.subarray(whole * DATAGRAM_BYTES, length), take);
    }
  });
}

const placeOf = (train: Buffer, index: number) =>
  train.subarray(index * DATAGRAM_BYTES, (index + 1) * DATAGRAM_BYTES);

/** The system may put datagrams of one sender together; only the last of them may be shorter. */
function takeApart(message: Buffer, take: (datagram: Buffer) => void): void {
  for (let at = 0; at < message.length; at += DATAGRAM_BYTES) take(message.subarray(at, at + DATAGRAM_BYTES));
}
