import type { AgentComponent } from '@tenkai/domain';
import type { Static } from 'typebox';
import * as Type from 'typebox';

/** What people's programs and the agent's service say to each other, through the users' door. HTTP with JSON bodies. */
export const doorPaths = {
  available: '/v1/available',
  proof: '/v1/proof',
  install: '/v1/install',
  restart: '/v1/restart',
  postpone: '/v1/restart/postpone',
  now: '/v1/restart/now',
} as const;

/** Where an available deployment is, in the words of its user. */
export type OfferState = 'available' | 'asked' | 'waiting' | 'installing' | 'installed' | 'failed';

export interface Offer {
  /** By which it is asked for. */
  readonly id: string;
  readonly deploymentId: string;
  readonly name: string;
  readonly description: string;
  readonly state: OfferState;
  readonly reason: { readonly code: string; readonly params: Readonly<Record<string, unknown>> } | null;
  /** Epoch milliseconds. */
  readonly waitsUntil: number | null;
  readonly requestedBy: string | null;
  readonly progress: { readonly bytesDone: number; readonly bytesTotal: number } | null;
}

export interface Offers {
  readonly items: readonly Offer[];
  /** When the site was last asked, epoch milliseconds; null: never. */
  readonly asOf: number | null;
  /** False: the site cannot be reached, and this is what it said last. */
  readonly isFresh: boolean;
  /** To which the machine is assigned, as `tenkai-agent status` tells it; null: to none (AGENT-23). */
  readonly site: { readonly code: string; readonly name: string } | null;
  /** Of the agent, as `tenkai-agent status` tells them (AGENT-31). */
  readonly components: readonly AgentComponent[];
}

/** A file that the user makes, so that the service sees to whom it belongs. */
export interface ProofRequest {
  readonly folder: string;
  readonly name: string;
  readonly content: string;
}

/** Times are epoch milliseconds. */
export interface RestartView {
  readonly deploymentName: string;
  readonly announcedAt: number;
  readonly restartAt: number;
  readonly latestAt: number;
  readonly mayBePostponed: boolean;
  readonly timesLeft: number;
  readonly postponedBy: string | null;
}

export interface RestartState {
  /** Null: none is announced. */
  readonly restart: RestartView | null;
}

const strict = { additionalProperties: false };
const proof = Type.String({ pattern: '^[a-z0-9-]{1,80}$' });

/** A week, which is the most that any administrator can allow. */
export const longestMinutes = 168 * 60;

export const doorBodies = {
  [doorPaths.proof]: Type.Object({}, strict),
  [doorPaths.install]: Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }), proof }, strict),
  [doorPaths.postpone]: Type.Object(
    { minutes: Type.Integer({ minimum: 1, maximum: longestMinutes }), proof },
    strict,
  ),
  [doorPaths.now]: Type.Object({ proof }, strict),
};
export type DoorBody<P extends keyof typeof doorBodies> = Static<(typeof doorBodies)[P]>;
