import { setTimeout } from 'node:timers/promises';
import type { FakeClock } from '@tenkai/server/kernel/clock.ts';
import type { TestServer } from './start-server.ts';

/** The worker of the server sleeps for so long at most, by whatever clock. */
const longestSleepMs = 15_000;

/** Puts a server's clock back, and goes on until the server has met it: everything that repeats has been brought back. */
export async function putClockBack(server: TestServer, clock: FakeClock, byMs: number): Promise<void> {
  clock.advance(-byMs);
  const resting =
    "SELECT count(*) AS n FROM kernel_jobs WHERE kind IN ('updates.sweep', 'deployments.sweep') AND run_at > ?";
  for (let tries = 0; tries < 500; tries += 1) {
    clock.advance(longestSleepMs / 100);
    await setTimeout(2);
    const row = await server.kernel.db.read.one<{ n: number }>(resting, [clock.now() + byMs / 2]);
    if (Number(row?.n) === 0) return server.kernel.jobs.idle();
  }
  throw new Error('the server has not met the clock');
}
