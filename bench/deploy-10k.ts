import { deployTo } from './deploy/deploy.ts';
import type { BenchOptions, BenchResult } from './result.ts';

/**
 * A deployment to 10,000 simulated machines. Flags: --machines 10000, --check-ins 100 (a second, meanwhile),
 * --gateways 0, --profile FOLDER (of the server).
 */
export function run(options: BenchOptions): Promise<BenchResult> {
  return deployTo(options, { machines: 10_000, plannedWithinMs: 2000, gateways: 0 });
}
