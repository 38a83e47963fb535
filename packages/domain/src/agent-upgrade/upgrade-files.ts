import type { AgentPackageKind } from './agent-upgrade.ts';
import { guardScript } from './guard-script.ts';
import { rpmHeaderProgram } from './rpm-header.ts';
import { upgradeScript } from './upgrade-script.ts';

/** What lies beside the agent's package (`tenkai-agent.deb`, `.rpm`) in the content that upgrades agents, by its name. */
export function upgradeFiles(kind: AgentPackageKind): Readonly<Record<string, string>> {
  return {
    'upgrade.sh': upgradeScript,
    'guard.sh': guardScript,
    ...(kind === 'rpm' && { 'rpm-header.cjs': rpmHeaderProgram }),
  };
}
