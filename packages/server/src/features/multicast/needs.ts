import type { Reason } from '@tenkai/domain';
import type { MulticastAsk } from '@tenkai/protocol/agent/multicast.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Content } from '../content/index.ts';
import type { Machines } from '../machines/index.ts';
import type { Sites } from '../sites/index.ts';
import type { Status } from '../status/index.ts';

export interface Neighbours {
  readonly sites: Sites;
  readonly status: Status;
  readonly content: Content;
  readonly machines: Pick<Machines, 'requireVisible' | 'visibleIds' | 'onRemoved' | 'echo'>;
}

/** A machine's share in a delivery by multicast. */
export interface RunPart {
  readonly deploymentId: string;
  /** Names the machines that begin together. */
  readonly waveKey: string;
  /** Multicast address that the deployment names. */
  readonly address: string | null;
}

/** What the feature whose runs deliver tells of them. */
export interface RunsInWaves {
  /** A refusal where the run is not one of this machine, not under way, or not meant for multicast. */
  partOf(
    machineId: string,
    ask: Pick<MulticastAsk, 'runId' | 'attempt' | 'contentId'>,
  ): Promise<RunPart | Reason>;
  /** Ids of the runs of the wave that are told to fetch the content and may not have it yet. */
  expected(part: RunPart, contentId: string): Promise<readonly string[]>;
}

declare module '../../kernel/events.ts' {
  interface EventMap {
    /** A session began or ended, or an administrator decided about a representative. */
    'multicast.changed': Record<string, never>;
  }
}

export type Deps = Pick<Kernel, 'db' | 'clock' | 'log' | 'events'> & Neighbours;
