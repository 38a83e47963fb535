import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { agentPaths, splitFrame } from '@tenkai/protocol/agent/channel.ts';
import type { EnrollReply } from '@tenkai/protocol/agent/enrollment.ts';
import {
  authorizedCall,
  createSiteClient,
  createTokenSource,
  enrollOnce,
  type SiteClient,
  type TokenSource,
} from '@tenkai/protocol/agent/link/index.ts';
import { OrdersReply } from '@tenkai/protocol/agent/orders.ts';
import { type Report, ReportReply } from '@tenkai/protocol/agent/reports.ts';
import type { Static } from 'typebox';
import { WebSocket } from 'ws';

/** An agent without a machine that comes by real TLS sockets, with the client half that real agents have. */
export interface DialingAgent {
  readonly machineId: string;
  readonly outbox: string;
  readonly client: SiteClient;
  readonly tokens: TokenSource;
  /** @throws RemoteProblem; Failure site-unreachable */
  send(number: number, ...reports: Report[]): Promise<ReportReply>;
  orders(): Promise<OrdersReply>;
  /** Opens the channel; resolves when it is open. */
  dial(): Promise<DialedChannel>;
  close(): void;
}

export interface DialedChannel {
  readonly socket: WebSocket;
  /** As they came; the body of an answer as `body`. */
  readonly messages: unknown[];
  /** Resolves with the next message, or the first that nobody has waited for. */
  next(): Promise<unknown>;
  /** The closing code. */
  readonly closed: Promise<number>;
}

export interface SiteToDial {
  readonly url: string;
  readonly rootCertificate: string;
}

/** Enrolls a new machine by a ticket. */
export async function enrollByDialing(
  site: SiteToDial,
  { name, ticket }: { name: string; ticket: string },
): Promise<DialingAgent> {
  const signing = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const encryption = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer = { sign: (proof: string) => signText(signing.privateKey, proof) };
  const client = createSiteClient(site);
  const facts = {
    ticket,
    name,
    signingKey: spki(signing.publicKey),
    encryptionKey: spki(encryption.publicKey),
    hardwareFingerprint: createHash('sha256').update(name).digest('hex'),
    agentVersion: '0.1.0',
    operatingSystem: 'Debian GNU/Linux 12',
  };
  const { machineId, status }: Static<typeof EnrollReply> = await enrollOnce({ client, signer }, facts);
  if (status !== 'enrolled') throw new Error(`not enrolled but ${status}`);
  const tokens = createTokenSource({ client, signer, machineId, now: Date.now });
  const outbox = `outbox-of-${name}`;
  return {
    machineId,
    outbox,
    client,
    tokens,
    send(first, ...reports) {
      const numbered = reports.map((report, index) => ({ number: first + index, report }));
      const body = { outbox, reports: numbered };
      const request = { method: 'POST', path: agentPaths.reports, body, reply: ReportReply } as const;
      return authorizedCall({ client, tokens }, request);
    },
    orders: () =>
      authorizedCall({ client, tokens }, { method: 'GET', path: agentPaths.orders, reply: OrdersReply }),
    dial: async () => dialChannel(site, await tokens.get()),
    close: () => client.close(),
  };
}

/** Opens a channel with a token. @throws Error where the site refuses it */
export async function dialChannel(
  { url, rootCertificate }: SiteToDial,
  token: string,
): Promise<DialedChannel> {
  const socket = new WebSocket(url.replace('https', 'wss') + agentPaths.channel, {
    ca: rootCertificate,
    headers: { authorization: `Bearer ${token}` },
  });
  const messages: unknown[] = [];
  let read = 0;
  socket.on('message', (data) => messages.push(readMessage(String(data))));
  socket.on('error', () => {});
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await once(socket, 'open');
  return {
    socket,
    messages,
    closed,
    async next() {
      if (messages.length <= read) await once(socket, 'message');
      read += 1;
      return messages[read - 1];
    },
  };
}

function readMessage(text: string): unknown {
  const { head, body } = splitFrame(text);
  return body === null ? head : { ...(head as object), body: JSON.parse(body) };
}

function signText(key: KeyObject, text: string): string {
  return sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64');
}

function spki(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'der' }).toString('base64');
}
