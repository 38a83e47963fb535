import { agentScenario } from '@tenkai/domain';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Content } from '../content/index.ts';
import type { Packages } from '../packages/index.ts';
import type { Scenarios } from '../scenarios/index.ts';
import { savePayloads } from './payload.ts';

export interface AgentUpgrade {
  /**
   * Makes the site's own agent packages of this server's version, and the scenario that runs them by multicast
   * (BAGT-08, BAGT-09). Automatic update brings them to older agents. Called whenever a site starts.
   */
  bringUpToDate(agentsDir: string | null): Promise<void>;
}

export interface Neighbours {
  readonly content: Content;
  readonly packages: Packages;
  readonly scenarios: Scenarios;
}

export function registerAgentUpgrade(kernel: Kernel, neighbours: Neighbours): AgentUpgrade {
  const log = kernel.log.child({ component: 'agent-upgrade' });
  return {
    async bringUpToDate(agentsDir) {
      const deps = { ...neighbours, dataDir: kernel.dataDir, log };
      const packageIds = agentsDir === null ? [] : await savePayloads(deps, agentsDir);
      await neighbours.scenarios.saveBuiltIn(agentScenario(packageIds));
    },
  };
}
