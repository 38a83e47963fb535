import type { HostFirewall } from '@tenkai/domain/site-health/host-firewall.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Machines } from '../machines/index.ts';
import type { Sites } from '../sites/index.ts';
import type { Status } from '../status/index.ts';

/** How the firewall of this host stands, as far as the server may know. */
export type LookAtFirewall = (now: number, signal: AbortSignal) => Promise<HostFirewall>;

export interface Deps extends Pick<Kernel, 'db' | 'clock' | 'events'> {
  readonly sites: Pick<Sites, 'settings'>;
  readonly status: Status;
  readonly machines: Pick<Machines, 'isOnline'>;
  readonly lookAtFirewall: LookAtFirewall;
}
