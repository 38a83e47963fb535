import { deployTo } from './deploy/deploy.ts';
import type { BenchOptions, BenchResult } from './result.ts';

/** As deploy-10k, for 100,000 machines: some 20 GB of memory for both sides, and ten minutes to enroll them. */
export function run(options: BenchOptions): Promise<BenchResult> {
  return deployTo(options, { machines: 100_000, plannedWithinMs: 15_000, gateways: 8 });
}
