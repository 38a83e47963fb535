import type { DeliveryFigures } from '@tenkai/domain/deployment/multicast.ts';
import type {
  MulticastAnswer,
  MulticastAsk,
  RelayFacts,
  RelayReply,
  RelayReport,
} from '@tenkai/protocol/agent/multicast.ts';
import type { ChunkWant, Manifest, NetworkOptions } from '@tenkai/transfer';
import type { Log } from '../log.ts';

export interface MulticastDeps {
  /** @throws RemoteProblem; Failure site-unreachable, site-answer-invalid; the signal's reason */
  readonly ask: (
    question: Omit<MulticastAsk, 'runId' | 'attempt'>,
    signal: AbortSignal,
  ) => Promise<MulticastAnswer>;
  /** Tells of a session that this machine sends. @throws as `ask` */
  readonly report: (told: RelayReport, signal: AbortSignal) => Promise<RelayReply>;
  /** What speaks for and against this machine as its subnet's representative; undefined: it cannot be one. */
  readonly facts: () => Promise<Omit<RelayFacts, 'haveBytes'> | undefined>;
  readonly log: Log;
  /** How long nothing may be heard of a session. */
  readonly silenceMs: number;
}

/** Where a representative fetches from. */
export type RelayNetwork = Omit<NetworkOptions, 'signal'>;

/** One content on its way. */
export interface Bringing {
  readonly manifest: Manifest;
  readonly network: RelayNetwork;
  readonly fileOf: (path: string) => string;
  /** Chunks that are not here. */
  readonly wants: () => readonly ChunkWant[];
  /** Takes what came by multicast. */
  readonly accept: (sha256: string, bytes: Uint8Array) => Promise<void>;
  /** Takes what came by unicast. */
  readonly fetched: (sha256: string, bytes: Uint8Array) => Promise<void>;
  readonly signal: AbortSignal;
  /** Told who sends; undefined: the site. */
  readonly onJoin: (representative: DeliveryFigures['representative']) => void;
}
