import type { Collections } from '../collections/index.ts';
import type { Deployments } from '../deployments/index.ts';
import type { Machines } from '../machines/index.ts';
import type { Packages } from '../packages/index.ts';
import type { Status } from '../status/index.ts';

/** The doors of the neighbours, handed over by `app.ts`. */
export interface Neighbours {
  readonly machines: Machines;
  readonly collections: Collections;
  readonly packages: Packages;
  readonly deployments: Deployments;
  readonly status: Status;
}
