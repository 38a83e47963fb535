/** Talks to QEMU's guest agent in a virtual machine: JSON lines over a Unix socket (qemu-ga protocol reference). */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

const answerLimitMs = 60_000;
const pollMs = 50;

interface Reply {
  readonly return?: unknown;
  readonly error?: { readonly desc: string };
}

export interface GuestAgent {
  /** One command. @throws Error with the agent's words, or when it does not answer in time */
  call(command: string, args?: object): Promise<unknown>;
  /** Waits until the agent, just started or in the middle of old commands, answers to us. */
  synchronise(signal: AbortSignal): Promise<void>;
  close(): void;
}

export async function connectGuestAgent(path: string): Promise<GuestAgent> {
  const socket = connect(path);
  await once(socket, 'connect');
  const replies: Reply[] = [];
  // Each synchronisation begins with a byte that is no UTF-8, to reset the agent's parser; it may come back.
  createInterface(socket).on('line', (line) => replies.push(JSON.parse(line.replace(/^[^{]*/, ''))));
  socket.on('error', () => socket.destroy());
  return {
    call: (command, args) => call(socket, replies, command, args),
    synchronise: (signal) => synchronise(socket, replies, signal),
    close: () => socket.destroy(),
  };
}

async function call(socket: Socket, replies: Reply[], command: string, args?: object): Promise<unknown> {
  replies.length = 0;
  send(socket, { execute: command, ...(args && { arguments: args }) });
  const deadline = Date.now() + answerLimitMs;
  while (Date.now() < deadline && !socket.destroyed) {
    const reply = replies.shift();
    if (reply?.error) throw new Error(`${command}: ${reply.error.desc}`);
    if (reply) return reply.return;
    await delay(pollMs);
  }
  throw new Error(`${command}: the guest agent does not answer`);
}

async function synchronise(socket: Socket, replies: Reply[], signal: AbortSignal): Promise<void> {
  for (let id = Date.now(); ; id++) {
    socket.write(Buffer.from([0xff]));
    send(socket, { execute: 'guest-sync', arguments: { id } });
    for (const deadline = Date.now() + 2000; Date.now() < deadline; await delay(pollMs)) {
      signal.throwIfAborted();
      if (socket.destroyed) throw new Error('the virtual machine has gone');
      if (replies.some((reply) => reply.return === id)) return;
    }
  }
}

const send = (socket: Socket, message: object) => socket.write(`${JSON.stringify(message)}\n`);
