import { getSiteHealth } from '@tenkai/protocol/api/site-health.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Machines } from '../machines/index.ts';
import type { Sites } from '../sites/index.ts';
import type { Status } from '../status/index.ts';
import { notLookedAt } from './host-firewall.ts';
import type { LookAtFirewall } from './needs.ts';
import { createHealthWatch } from './watch.ts';
import './status-messages.ts';

export { type HostFirewallOptions, hostFirewallOf } from './host-firewall.ts';
export type { LookAtFirewall } from './needs.ts';

interface Neighbours {
  readonly sites: Sites;
  readonly status: Status;
  readonly machines: Pick<Machines, 'isOnline'>;
  /** Absent: nobody is to look at the firewall of the host. */
  readonly lookAtFirewall?: LookAtFirewall | undefined;
}

const lookEveryMs = 15_000;

/** The state of the site itself: its host's firewall, and machines that lost contact together (BSRV-21). */
export function registerSiteHealth(kernel: Kernel, neighbours: Neighbours): void {
  const { http, jobs, live, metrics } = kernel;
  const lookAtFirewall = neighbours.lookAtFirewall ?? notLookedAt;
  const watch = createHealthWatch({ ...kernel, ...neighbours, lookAtFirewall });
  live.expose('site-health.changed', { permission: 'view', message: () => ({ topic: 'site-health' }) });
  jobs.every('site-health.look', lookEveryMs, ({ signal }) => watch.look(signal));
  metrics.gauge(
    'tenkai_host_firewall_missing_rules',
    "Rules that the site needs and its host's firewall does not have.",
    () => watch.latest()?.firewall.missing.length ?? 0,
  );
  http.route(getSiteHealth, async () => watch.latest() ?? (await watch.lookNow()));
}
