import type { AgentClaims, TokenHolder } from '../kernel/access/agent-token.ts';
import type { DropReason } from '../kernel/agent-channel.ts';
import type { LogLevel } from '../kernel/log.ts';
import type { Answer } from './answer.ts';

/**
 * What core and gateways say to each other over the inter-process channel that a child is born with: nobody else
 * can speak there, and no secret is ever an argument or lies in a file.
 */
export type ToGateway =
  | { readonly type: 'start'; readonly settings: GatewaySettings }
  | { readonly type: 'tls'; readonly tls: Pem }
  | { readonly type: 'answers'; readonly answers: readonly CallAnswer[] }
  | { readonly type: 'nudge'; readonly machineIds: readonly string[]; readonly withinMs: number }
  | { readonly type: 'drop'; readonly machineId: string; readonly why: DropReason }
  | { readonly type: 'stop'; readonly reconnectWithinMs: number };

export type FromGateway =
  | { readonly type: 'listening' }
  | { readonly type: 'failed'; readonly message: string; readonly code: string }
  /** In the order in which it happened. */
  | {
      readonly type: 'presence';
      readonly changes: readonly (readonly [agent: TokenHolder, isOnline: boolean])[];
    }
  | { readonly type: 'calls'; readonly calls: readonly Call[] };

export interface Pem {
  readonly key: string;
  readonly cert: string;
}

export interface GatewaySettings {
  readonly host: string;
  readonly port: number;
  readonly tls: Pem;
  /** 48 bytes: all gateways resume each other's TLS sessions. */
  readonly ticketKeys: Uint8Array;
  readonly tokenKey: Uint8Array;
  /** Unix socket where the core answers everything that the door does not take. */
  readonly corePath: string;
  /** `METHOD path` of what the door takes. */
  readonly routes: readonly string[];
  readonly logLevel: LogLevel;
}

/** What one machine sent, on its way to the core; the gateway has verified its token. */
export interface Call {
  readonly id: number;
  /** `METHOD path` */
  readonly route: string;
  readonly agent: AgentClaims;
  /** JSON text; null: none. */
  readonly body: string | null;
}

export interface CallAnswer extends Answer {
  readonly id: number;
}
