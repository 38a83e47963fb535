import type { Kernel } from '../../kernel/kernel.ts';
import type { Collections } from '../collections/index.ts';
import type { Deployments } from '../deployments/index.ts';
import type { Machines } from '../machines/index.ts';
import type { Packages } from '../packages/index.ts';
import type { Status } from '../status/index.ts';
import type { UpdateLane } from './lane.ts';
import type { World } from './world.ts';

/** The doors of the neighbours, handed over by `app.ts`. */
export interface Neighbours {
  readonly machines: Machines;
  readonly collections: Collections;
  readonly packages: Packages;
  readonly deployments: Deployments;
  readonly status: Status;
}

export type Deps = Pick<Kernel, 'db' | 'clock' | 'audit' | 'events' | 'jobs' | 'log'> &
  Neighbours & { readonly world: World; readonly lane: UpdateLane };

declare module '../../kernel/events.ts' {
  interface EventMap {
    /** Policy, a package's way through the rings, or many machines: what lists show. */
    'updates.changed': { packageId: string | null };
  }
}
