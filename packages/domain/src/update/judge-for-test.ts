/** A machine that is on, packages that suit it, and what is judged of them. */
import { anInventory, aPackage } from '@tenkai/testkit/builders.ts';
import type { SoftwarePackage } from '../software/software-package.ts';
import { type JudgeInput, judgeUpdates, type UpdateMachine, type UpdatePair } from './judge.ts';
import { defaultUpdatePolicy, type UpdatePolicy } from './policy.ts';

/** When everything is judged. */
export const now = Date.parse('2026-01-05T12:00:00Z');

/** A package on a machine that has not been tried. */
export const pair = (over: Partial<UpdatePair> = {}): UpdatePair => ({
  since: now,
  attempts: 0,
  retryAt: null,
  held: null,
  isContinuing: false,
  ...over,
});

/** What differs from a machine that lacks nothing. */
export interface Given {
  readonly packages?: SoftwarePackage[];
  readonly machine?: Partial<UpdateMachine>;
  readonly policy?: Partial<UpdatePolicy>;
  readonly releases?: JudgeInput['releases'];
}

/** All packages on one machine. */
export function judge({ packages = [], machine = {}, policy = {}, releases = new Map() }: Given) {
  return judgeUpdates({
    packages: new Map(packages.map((one) => [one.id, one])),
    releases,
    policy: { ...defaultUpdatePolicy, ...policy },
    nowMs: now,
    machine: {
      facts: { inventory: anInventory() },
      verified: new Map(),
      refused: new Map(),
      isOn: true,
      startedAt: null,
      knownAt: null,
      startDelayMs: 0,
      isOptedOut: false,
      ring: 0,
      windows: [],
      pairs: new Map(),
      openRun: null,
      ...machine,
    },
  });
}

/** An urgent package. */
export const one = (id: string, over: Partial<SoftwarePackage> = {}) =>
  aPackage({ id, urgency: 'highest', ...over });

/** `package state reason` of each, and what begins. */
export function told(given: Given) {
  const { packages, order } = judge(given);
  const rows = packages.map(({ packageId, state, reason }) =>
    `${packageId} ${state} ${reason?.code ?? ''}`.trim(),
  );
  return { rows, order: order && `${order.packageId} for ${order.goalId} ${order.variant}` };
}
