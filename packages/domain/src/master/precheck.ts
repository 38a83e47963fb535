/** What has to hold before step 1: nobody assigns the machine meanwhile (MASTER-05), and its agent is fit (MASTER-06). */
import type { MasterProfile } from './steps.ts';

export interface PrecheckFacts {
  /** It has an address beside those of itself; false too for an image that is only mounted. */
  readonly isOnline: boolean;
  /** The agent does not speak, whatever the network: held, or stopped and not started by the system (AGENT-04). */
  readonly isHeld: boolean;
  readonly profile: MasterProfile;
  readonly agent: AgentLevel;
}

/** An agent by its product's own way of counting. */
export interface AgentLevel {
  readonly product: string;
  readonly version: string;
  /** Of the old product; null: none is known. */
  readonly cumulativeUpdate: number | null;
}

export interface KnownDefect {
  readonly product: string;
  /** The first cumulative update without it. */
  readonly fixedIn: number;
  readonly profiles: readonly MasterProfile[];
  readonly effect: 'no-assignment-in-workgroup';
}

/** AGENT-22: these cannot assign themselves in a workgroup, even where all steps were followed. */
export const knownDefects: readonly KnownDefect[] = ['2012 SP2', '2012 R2 SP1'].map((product) => ({
  product,
  fixedIn: 2,
  profiles: ['workgroup'],
  effect: 'no-assignment-in-workgroup',
}));

export interface Precheck {
  readonly isGreen: boolean;
  readonly isOnline: boolean;
  readonly isHeld: boolean;
  /** Defects of the agent that would go into every clone. */
  readonly warnings: readonly KnownDefect[];
}

export function precheckMaster({ isOnline, isHeld, profile, agent }: PrecheckFacts): Precheck {
  const warnings = knownDefects.filter(
    ({ product, fixedIn, profiles }) =>
      product === agent.product && (agent.cumulativeUpdate ?? 0) < fixedIn && profiles.includes(profile),
  );
  return { isGreen: !isOnline || isHeld, isOnline, isHeld, warnings };
}
