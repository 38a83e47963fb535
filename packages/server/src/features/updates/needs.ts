import type { Kernel } from '../../kernel/kernel.ts';
import type { UpdateLane } from './lane.ts';
import type { Neighbours } from './neighbours.ts';
import type { World } from './world.ts';

export type Deps = Pick<Kernel, 'db' | 'clock' | 'audit' | 'events' | 'jobs' | 'log'> &
  Neighbours & { readonly world: World; readonly lane: UpdateLane };

declare module '../../kernel/events.ts' {
  interface EventMap {
    /** Policy, a package's way through the rings, or many machines: what lists show. */
    'updates.changed': { packageId: string | null };
  }
}
