import type { Reason } from '@tenkai/domain';
import type { RunOrder } from '@tenkai/protocol/agent/orders.ts';
import type { RunReport } from '@tenkai/protocol/agent/reports.ts';
import type { Platform } from '../platform/platform.ts';
import { describeFound, detectAll } from '../steps/detect-all.ts';
import type { RunMemory } from './run-memory.ts';

interface VerifyDeps {
  readonly order: RunOrder;
  readonly memory: RunMemory;
  readonly platform: Platform;
  readonly signal: AbortSignal;
}

/**
 * Done means verified (law 8): everything that the run installed, or found installed, is looked at once more after
 * the last restart.
 */
export async function verifyRun({ order, memory, platform, signal }: VerifyDeps) {
  const verified: NonNullable<RunReport['verified']> = [];
  let reason: Reason | null = null;
  for (const step of order.steps) {
    const result = memory.results.get(step.index);
    if (step.kind !== 'install-package' || step.detection.length === 0) continue;
    if (result?.outcome !== 'succeeded' && result?.reason?.code !== 'already-installed') continue;
    const { results, isDetected } = await detectAll(platform.detection, step.detection, signal);
    const found = describeFound(results);
    verified.push({ index: step.index, isDetected, found });
    if (!isDetected) reason ??= { code: 'not-detected', params: { step: step.index, found } };
  }
  signal.throwIfAborted();
  return { verified, reason };
}
