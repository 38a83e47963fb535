import { type FirewallReport, firewallFact } from '../firewall/index.ts';
import { type HostFirewallCheck, hostFirewallRepair } from './host-firewall.ts';

export const hostFirewallCheck = (report: FirewallReport, checkedAt: number): HostFirewallCheck => ({
  checkedAt,
  ...firewallFact(report, hostFirewallRepair),
});
