import type { Kernel } from '../../kernel/kernel.ts';
import type { Sites } from '../sites/index.ts';
import type { Status } from '../status/index.ts';
import { createChanges } from './changes.ts';
import { createOrders } from './commands/orders.ts';
import { createProgress } from './commands/progress.ts';
import { createSoftwareCatalogue } from './inventory/software-catalogue.ts';
import { noRuns } from './list/runs-of-machines.ts';
import { createStateCounts } from './list/state-counts.ts';
import type { RemovalListener } from './machines.ts';
import type { Deps } from './needs.ts';
import { type SendWake, sendWake } from './power/send-wake.ts';
import { createPing, type Ping } from './presence/ping.ts';
import { createWatch } from './presence/watch.ts';
import { createReports } from './reports/reports.ts';

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
