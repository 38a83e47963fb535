import type { Agent } from 'node:https';
import { WebSocket } from 'ws';
import { problemFromBody } from '../../problem.ts';
import {
  agentPaths,
  ChannelMessage,
  callBytesHeader,
  longestAnswerBytes,
  longestHeadBytes,
  splitFrame,
} from '../channel.ts';
import { type Carrier, type ChannelCalls, createChannelCalls } from './channel-calls.ts';
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
  /** `calls`: what may be asked twice goes over the channel itself; null: this site takes no calls there. */
  readonly onOpen: (calls: Carrier | null) => void;
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
const messageLimitBytes = longestHeadBytes + longestAnswerBytes;

/** Holds one WebSocket to the site until it ends; never throws. Unknown messages are left to later agents. */
export function holdChannel(input: ChannelInput): Promise<ChannelEnd> {
  const socket = open(input);
  let wasOpen = false;
  let reconnectWithinMs: number | null = null;
  let cause: unknown = null;
  let calls: ChannelCalls | null = null;
  const watch = watchSilence(socket, input.silenceLimitMs);
  const stop = () => {
    socket.close(1000);
    // Over a dead line no answer comes; whoever stops the agent must not wait for it.
    setTimeout(() => socket.terminate(), closeLimitMs).unref();
  };
  input.signal.addEventListener('abort', stop, { once: true });

  socket.on('upgrade', ({ headers }) => {
    calls = callsOver(socket, input, Number(headers[callBytesHeader] ?? 0));
  });
  socket.on('open', () => {
    wasOpen = true;
    input.onOpen(calls);
  });
  socket.on('message', (data, isBinary) => {
    const { head, body } = isBinary ? unread : splitFrame(String(data));
    const message = isReply(ChannelMessage, head) ? (head as ChannelMessage) : null;
    if (message) calls?.take(message, body);
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
      calls?.end();
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

const unread = { head: null, body: null };

function callsOver(socket: WebSocket, { url, token }: ChannelInput, callBytes: number): ChannelCalls | null {
  if (!(callBytes > 0)) return null;
  return createChannelCalls({
    url,
    token,
    callBytes,
    send: (text) => socket.send(text, () => {}),
    onSilence: () => socket.terminate(),
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
