import type { Kernel } from '../../kernel/kernel.ts';
import type { Sites } from '../sites/index.ts';
import type { Status } from '../status/index.ts';
import { createChanges } from './changes.ts';
import type { RemovalListener } from './machines.ts';
import type { Deps } from './needs.ts';
import { createOrders } from './orders.ts';
import { createPing, type Ping } from './ping.ts';
import { createProgress } from './progress.ts';
import { createReports } from './reports.ts';
import { noRuns } from './runs-of-machines.ts';
import { createSoftwareCatalogue } from './software-catalogue.ts';
import { createStateCounts } from './state-counts.ts';
import { type SendWake, sendWake } from './wake/send-wake.ts';
import { createWatch } from './watch.ts';

export interface MachineOptions {
  readonly sites: Sites;
  readonly status: Status;
  /** Tests listen elsewhere, or let a host fall silent. */
  readonly sendWake?: SendWake;
  readonly ping?: Ping;
}

/** Everything of this feature that holds state, made once. */
export function createParts(kernel: Kernel, options: MachineOptions) {
  const log = kernel.log.child({ component: 'machines' });
  const changes = createChanges();
  const deps: Deps = { ...kernel, ...options, log, changes, catalogue: createSoftwareCatalogue() };
  const ping = options.ping ?? createPing({ log });
  const watch = createWatch({ ...deps, ping });
  const orders = createOrders(deps);
  return {
    deps: { ...deps, watch, ping, sendWake: options.sendWake ?? sendWake },
    orders,
    reports: createReports(deps, orders),
    progress: createProgress(deps),
    stateCounts: createStateCounts(deps),
    removalListeners: [] as RemovalListener[],
    refusalListeners: [] as RemovalListener[],
    /** Whoever knows runs puts the answers here. */
    runs: { current: noRuns },
  };
}

export type Parts = ReturnType<typeof createParts>;
