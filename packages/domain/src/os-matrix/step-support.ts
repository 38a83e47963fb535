import type { MachineFacts } from '../machine/machine.ts';
import type { Reason } from '../scenario/frozen-step.ts';
import type { Step } from '../scenario/scenario.ts';
import { matchSystem } from './match-system.ts';
import type { Capability, SystemRow } from './system-row.ts';

/** Which capability a step needs of the machine's system; waking and waiting need none. */
const needs: Partial<Record<Step['kind'], Capability>> = {
  'install-package': 'package-deployment',
  'run-program': 'package-deployment',
  'run-script': 'package-deployment',
  'copy-files': 'package-deployment',
  restart: 'power',
  'shut-down': 'power',
};

/** Families that can have an interpreter; PowerShell exists for Linux, too, where it must have been installed. */
const interpreterFamilies: Readonly<Record<string, readonly string[]>> = {
  sh: ['linux'],
  bash: ['linux'],
  cmd: ['windows'],
  powershell: ['linux', 'windows'],
};
const withoutPowershell: readonly string[] = ['windows-2000'];

/**
 * Why the system of a machine cannot do a step; null: it can, or nothing is known against it. An unlisted system, a
 * planned one and a machine without inventory are not refused (BOSM-01).
 */
export function systemRefusal(step: Step, { inventory }: Pick<MachineFacts, 'inventory'>): Reason | null {
  if (!inventory) return null;
  const { family, name } = inventory.operatingSystem;
  const { row } = matchSystem(inventory.operatingSystem);
  if (step.kind === 'run-script' && !hasInterpreter(step.interpreter, family, row))
    return { code: 'system-no-interpreter', params: { system: name, interpreter: step.interpreter } };
  const capability = needs[step.kind];
  if (!row || !capability) return null;
  const { verdict, reason } = row.capabilities[capability];
  const isRefused =
    verdict === 'unsupported' || (verdict === 'simulated' && inventory.agent.isSimulated !== true);
  return isRefused ? reason : null;
}

function hasInterpreter(interpreter: string, family: string, row: SystemRow | null): boolean {
  if (interpreter === 'powershell' && row && withoutPowershell.includes(row.id)) return false;
  return interpreterFamilies[interpreter]?.includes(family) ?? true;
}
