import type { FirewallFact } from '../machine/inventory.ts';
import { type FirewallReport, missingRules } from './firewall.ts';

const mostTold = 256;

/** What is told of a look: what guards, what is missing, and the way out; `openCommand` where a rule has none of its own. */
export function firewallFact(report: FirewallReport, openCommand: string): FirewallFact {
  const missing = missingRules(report).map(({ rule, backend, where, remedy }) => ({
    rule,
    firewall: backend,
    where,
    remedy: remedy ?? openCommand,
  }));
  return { active: [...report.backends], missing: missing.slice(0, mostTold) };
}
