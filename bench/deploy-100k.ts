import { deployTo } from './deploy/deploy.ts';
import type { BenchOptions, BenchResult } from './result.ts';

/**
 * As deploy-10k, for 100,000 machines: 48 GB of memory for both sides, and ten minutes to enroll them. Where less memory
 * is free it takes as many machines as that holds, and says so.
 */
export function run(options: BenchOptions): Promise<BenchResult> {
  return deployTo(options, { machines: 100_000, plannedWithinMs: 15_000, gateways: 8 });
}
