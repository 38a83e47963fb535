import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AvailableDeployment } from '@tenkai/protocol/agent/available.ts';
import type { ChannelCall, ChannelMessage } from '@tenkai/protocol/agent/channel.ts';
import type { EnrollReply, EnrollRequest } from '@tenkai/protocol/agent/enrollment.ts';
import type { SignedOrder } from '@tenkai/protocol/agent/orders.ts';
import type { ProgressBatch, Report, ReportReply } from '@tenkai/protocol/agent/reports.ts';
import type { WebSocket } from 'ws';
import type { SiteKeys } from './site-keys.ts';

/**
 * A small site for tests of the agent: real TLS, real signatures, the agent routes and nothing else, everything in
 * memory and open to the test. What a site does with reports is the real server's business.
 */
export interface SmallSite {
  readonly url: string;
  readonly keys: SiteKeys;
  /** Orders by machine id; what an agent fetches next. */
  readonly orders: Map<string, SignedOrder[]>;
  /** By machine id: what its users may ask for. */
  readonly available: Map<string, AvailableDeployment[]>;
  /** Every report that was taken, once, with its number. */
  readonly reports: { readonly machineId: string; readonly number: number; readonly report: Report }[];
  readonly progress: ProgressBatch[];
  readonly enrollments: EnrollRequest[];
  /** `METHOD path` of every request that came; `CALL METHOD path` of those over a channel. */
  readonly requests: string[];
  /** What the next enrollments are answered; `enrolled` unless told. */
  enrollment: Partial<EnrollReply>;
  /** Tickets that are good once; undefined: none is asked for. */
  tickets: Set<string> | undefined;
  /** Part of each answer to reports. */
  reply: Partial<ReportReply>;
  /** Added to our clock to make the site's. */
  clockOffsetMs: number;
  /** May answer instead of the site: true when it has. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean;
  nudge(machineId: string): boolean;
  send(machineId: string, message: ChannelMessage): void;
  sendText(machineId: string, text: string): void;
  /** Longest body of a call over a channel; 0, unless told: channels that are opened take none. */
  callBytes: number;
  /** May answer a call over a channel instead of the site: true when it has. */
  interceptCall: (call: ChannelCall, socket: WebSocket) => boolean;
  /** Reads nothing more from a machine's channel, so that it gets no answer: a cut cable. */
  freeze(machineId: string): void;
  connected(): string[];
  /** Cuts all connections without a word. */
  cut(): void;
  /** An administrator removes a machine. */
  forgetMachine(machineId: string): void;
  /** Forgets all tokens. */
  forgetTokens(): void;
  serve(path: string, body: Buffer | string): void;
  close(): Promise<void>;
  /** Listens again on the same port. */
  reopen(): Promise<void>;
}
