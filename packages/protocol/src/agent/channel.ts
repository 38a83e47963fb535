import type { Static } from 'typebox';
import * as Type from 'typebox';

/** No machine is told to wait longer with its questions. */
export const longestSpreadMs = 60_000;

/**
 * `GET /agent/v1/channel` (WebSocket, RFC 6455): the server says that there is something to fetch, and answers what the
 * agent asks over it.
 */
export const ChannelMessage = Type.Union([
  /** `withinMs`: many are told at once, and each comes after a random part of this time; absent: at once. */
  Type.Object({
    type: Type.Literal('nudge'),
    withinMs: Type.Optional(Type.Integer({ minimum: 0 })),
  }),
  /** The server is about to stop: come back after a random part of this time. */
  Type.Object({ type: Type.Literal('goodbye'), reconnectWithinMs: Type.Integer() }),
  /** To the call of this number; the body follows (see `frameOf`). */
  Type.Object({
    type: Type.Literal('answer'),
    id: Type.Integer(),
    status: Type.Integer(),
    retryAfterSeconds: Type.Optional(Type.Number({ minimum: 0 })),
  }),
  /** The call of this number, or its answer, is none for the channel: the agent asks over another connection. */
  Type.Object({ type: Type.Literal('elsewhere'), id: Type.Integer() }),
]);
export type ChannelMessage = Static<typeof ChannelMessage>;

/**
 * What an agent sends over its channel: a request without a connection of its own; its body follows (see `frameOf`).
 * Answers may come in another order than calls.
 */
export const ChannelCall = Type.Object({
  type: Type.Literal('call'),
  id: Type.Integer({ minimum: 1 }),
  /** `METHOD path` */
  route: Type.String({ maxLength: 200 }),
  /** Where it is another one than the channel was opened with, or than the last one that was sent. */
  token: Type.Optional(Type.String({ maxLength: 1024 })),
});
export type ChannelCall = Static<typeof ChannelCall>;

/** Of the server's answer to the upgrade: bodies of so many bytes may come over the channel; absent: none may. */
export const callBytesHeader = 'tenkai-call-bytes';
/** Longest body of an answer over the channel; a longer one is fetched elsewhere. */
export const longestAnswerBytes = 1024 * 1024;
/** What a head may need beside its body. */
export const longestHeadBytes = 2048;

/** One message of the channel: its head, JSON on one line, and behind the line its body, JSON as it stands in a request. */
export function frameOf(head: ChannelMessage | ChannelCall, body: string | null): string {
  return body === null ? JSON.stringify(head) : `${JSON.stringify(head)}\n${body}`;
}

/** The two parts of a message; the head is null where it cannot be read, and not checked where it can. */
export function splitFrame(text: string): { head: unknown; body: string | null } {
  const end = text.indexOf('\n');
  const [head, body] = end < 0 ? [text, null] : [text.slice(0, end), text.slice(end + 1)];
  try {
    return { head: JSON.parse(head), body };
  } catch {
    return { head: null, body: null };
  }
}

/** Version of the agent protocol; additive changes do not raise it. */
export const agentProtocolVersion = 1;

/** Every path that an agent calls. */
export const agentPaths = {
  site: '/agent/v1/site',
  locate: '/agent/v1/locate',
  fallback: '/agent/v1/fallback',
  enroll: '/agent/v1/enroll',
  challenge: '/agent/v1/challenge',
  token: '/agent/v1/token',
  renew: '/agent/v1/renew',
  channel: '/agent/v1/channel',
  orders: '/agent/v1/orders',
  available: '/agent/v1/available',
  reports: '/agent/v1/reports',
  progress: '/agent/v1/progress',
  /** `GET /agent/v1/patches/TK1001`: unauthenticated, for the first installation; the file carries its own proof. */
  patches: '/agent/v1/patches',
  multicast: '/agent/v1/multicast',
  relay: '/agent/v1/multicast/relay',
  probe: '/agent/v1/probe',
  /** Distribution point of the site server itself: `/content/objects/..`, `/content/manifests/..`. */
  content: '/content',
} as const;
