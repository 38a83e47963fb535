import type { Agent } from 'node:https';
import { WebSocket } from 'ws';
import { problemFromBody } from '../../problem.ts';
import { agentPaths, ChannelMessage } from '../channel.ts';
import { isReply } from './reply-check.ts';

export interface ChannelInput {
  readonly url: string;
  readonly rootCertificate: string | null;
  readonly token: string;
  /** Opens the connection, where many machines share one; undefined: the channel opens its own. */
  readonly agent: Agent | undefined;
  readonly signal: AbortSignal;
  /** A connection from which nothing came for this long is given up; half of it after, it is asked. */
  readonly silenceLimitMs: number;
  readonly onOpen: () => void;
  /** There is something to fetch, after a random part of this time. */
  readonly onNudge: (withinMs: number) => void;
}

/** How the connection ended. `reconnectWithinMs`: the server said goodbye and asked for spread returns. */
export interface ChannelEnd {
  readonly wasOpen: boolean;
  readonly reconnectWithinMs: number | null;
  readonly cause: unknown;
}

const handshakeTimeoutMs = 20_000;
const closeLimitMs = 1000;
const messageLimitBytes = 16 * 1024;

/** Holds one WebSocket to the site until it ends; never throws. Unknown messages are left to later agents. */
export function holdChannel(input: ChannelInput): Promise<ChannelEnd> {
  const socket = open(input);
  let wasOpen = false;
  let reconnectWithinMs: number | null = null;
  let cause: unknown = null;
  const watch = watchSilence(socket, input.silenceLimitMs);
  const stop = () => {
    socket.close(1000);
    // Over a dead line no answer comes; whoever stops the agent must not wait for it.
    setTimeout(() => socket.terminate(), closeLimitMs).unref();
  };
  input.signal.addEventListener('abort', stop, { once: true });

  socket.on('open', () => {
    wasOpen = true;
    input.onOpen();
  });
  socket.on('message', (data, isBinary) => {
    const message = isBinary ? null : readMessage(String(data));
    if (message?.type === 'nudge') input.onNudge(message.withinMs ?? 0);
    if (message?.type === 'goodbye') reconnectWithinMs = message.reconnectWithinMs;
  });
  socket.on('unexpected-response', (request, response) => {
    cause = problemFromBody(response.statusCode ?? 0, null, response.headers['retry-after']);
    request.destroy();
    socket.terminate();
  });
  socket.on('error', (error) => {
    cause ??= error;
  });
  return new Promise((resolve) => {
    socket.on('close', () => {
      watch.end();
      input.signal.removeEventListener('abort', stop);
      resolve({ wasOpen, reconnectWithinMs, cause });
    });
    if (input.signal.aborted) stop();
  });
}

function open({ url, rootCertificate, token, agent }: ChannelInput): WebSocket {
  return new WebSocket(url.replace(/^https:/, 'wss:') + agentPaths.channel, {
    ...(rootCertificate === null ? {} : { ca: rootCertificate }),
    ...(agent ? { agent } : {}),
    headers: { authorization: `Bearer ${token}` },
    handshakeTimeout: handshakeTimeoutMs,
    maxPayload: messageLimitBytes,
    perMessageDeflate: false,
  });
}

/** A cut cable shows itself by silence alone: whatever comes, a ping of the server too, starts the time anew. */
function watchSilence(socket: WebSocket, limitMs: number) {
  let heardSinceAsked = true;
  const timer = setInterval(() => {
    if (socket.readyState !== WebSocket.OPEN) return;
    if (!heardSinceAsked) socket.terminate();
    heardSinceAsked = false;
    socket.ping();
  }, limitMs / 2);
  for (const event of ['open', 'message', 'ping', 'pong']) {
    socket.on(event, () => {
      heardSinceAsked = true;
    });
  }
  return { end: () => clearInterval(timer) };
}

function readMessage(text: string): ChannelMessage | null {
  try {
    const message: unknown = JSON.parse(text);
    return isReply(ChannelMessage, message) ? (message as ChannelMessage) : null;
  } catch {
    return null;
  }
}
