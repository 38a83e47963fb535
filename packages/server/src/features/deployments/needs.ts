import type { Kernel } from '../../kernel/kernel.ts';
import type { Collections } from '../collections/index.ts';
import type { Content } from '../content/index.ts';
import type { Machines } from '../machines/index.ts';
import type { Multicast } from '../multicast/index.ts';
import type { Packages } from '../packages/index.ts';
import type { Scenarios } from '../scenarios/index.ts';
import type { Sites } from '../sites/index.ts';
import type { Status } from '../status/index.ts';

/** The doors of the neighbours, handed over by `app.ts`. */
export interface Neighbours {
  readonly machines: Machines;
  readonly collections: Collections;
  readonly scenarios: Scenarios;
  readonly packages: Packages;
  readonly content: Content;
  readonly sites: Sites;
  readonly status: Status;
  readonly multicast: Multicast;
}

export type Deps = Pick<Kernel, 'db' | 'clock' | 'audit' | 'events' | 'jobs' | 'channel' | 'log'> &
  Neighbours;
