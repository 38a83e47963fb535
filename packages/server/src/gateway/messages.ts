import type { AgentClaims } from '../kernel/access/agent-token.ts';
import type { LogLevel } from '../kernel/log.ts';

/** A request of an agent whose token the gateway has checked. `id` is the gateway's own. */
export interface ForwardedCall {
  readonly id: number;
  /** `METHOD path` */
  readonly route: string;
  readonly agent: AgentClaims;
  /** JSON text; null: none. */
  readonly body: string | null;
}

export interface CallAnswer {
  readonly id: number;
  readonly status: number;
  /** JSON text. */
  readonly body: string;
}

/** Everything that a gateway needs to know; it reads no configuration and no file of its own. */
export interface GatewaySetup {
  readonly listen: string;
  readonly port: number;
  readonly tls: { readonly key: string; readonly cert: string };
  readonly tokenKey: Uint8Array;
  /** Unix socket or named pipe on which the site's process answers everything that is not batched. */
  readonly upstream: string;
  /** Routes that are handed over in batches. */
  readonly batched: readonly string[];
  readonly logLevel: LogLevel;
}

/** From the site's process to a gateway. */
export type ToGateway =
  | { readonly kind: 'start'; readonly setup: GatewaySetup }
  | { readonly kind: 'tls'; readonly tls: GatewaySetup['tls'] }
  | { readonly kind: 'nudge' | 'drop'; readonly machineId: string }
  | { readonly kind: 'answers'; readonly answers: readonly CallAnswer[] }
  | { readonly kind: 'stop' };

/** From a gateway to the site's process. */
export type FromGateway =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'failed'; readonly message: string; readonly code: string }
  | { readonly kind: 'presence'; readonly machineId: string; readonly isOnline: boolean }
  | { readonly kind: 'calls'; readonly calls: readonly ForwardedCall[] };
