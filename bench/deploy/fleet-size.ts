import { readFile } from 'node:fs/promises';
import type { BenchOptions } from '../result.ts';

export interface DeployPlan {
  readonly machines: number;
  readonly plannedWithinMs: number;
  readonly gateways: number;
}

/** The fleet that is measured, and why it is not the one that was planned. */
export interface FleetSize extends DeployPlan {
  readonly planned: number;
  readonly availableBytes: number;
  /** Said before the measurement and beside its figures; empty where all is as planned. */
  readonly lines: readonly string[];
}

/** Measured with 10,000: 150 KB of the server and 210 KB of the simulator; gateways and a burst of reports need more. */
const bytesEach = 450_000;
/** For the system, and for what others hold. */
const reserveBytes = 2.5e9;
const rounded = 1000;

/**
 * As many machines as planned or asked for (`--machines`), but no more than memory holds: a site that swaps measures
 * the disk. Gateways and the time for planning shrink with the fleet, so that its figures say something of the plan.
 */
export async function chooseFleet(plan: DeployPlan, flags: BenchOptions['flags']): Promise<FleetSize> {
  const availableBytes = await readAvailable();
  const fitting = Math.floor((availableBytes - reserveBytes) / bytesEach / rounded) * rounded;
  const isAsked = typeof flags.machines === 'string';
  const machines = isAsked ? Number(flags.machines) : Math.max(rounded, Math.min(plan.machines, fitting));
  const share = Math.min(1, machines / plan.machines);
  const gateways = Number(flags.gateways ?? Math.ceil(plan.gateways * share));
  const plannedWithinMs = Math.round(plan.plannedWithinMs * share);
  const why = isAsked ? 'as asked for' : `${(availableBytes / 1e9).toFixed(1)} GB of memory hold no more`;
  const text = (count: number) => count.toLocaleString('en');
  const line =
    `A SMALLER FLEET: ${text(machines)} machines instead of ${text(plan.machines)} (${why}), ${gateways} gateways; ` +
    `planned and nudged within ${plannedWithinMs} ms instead of ${plan.plannedWithinMs} ms`;
  const lines = machines < plan.machines ? [line] : [];
  return { planned: plan.machines, machines, gateways, plannedWithinMs, availableBytes, lines };
}

/** proc_meminfo(5): what can be had without swapping. */
async function readAvailable(): Promise<number> {
  const text = await readFile('/proc/meminfo', 'utf8');
  return Number(/^MemAvailable:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) * 1024;
}
