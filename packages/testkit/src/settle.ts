import type { TestServer } from './start-server.ts';

/** What one lane has done may give another one work: the longest such chain has fewer links. */
const rounds = 4;

/** Waits until the server has done everything that is due at this moment. */
export async function settle({ kernel, app }: TestServer): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    await kernel.events.idle();
    await kernel.jobs.idle();
    await app.collections.settled();
    await app.updates.idle();
    await app.deployments.idle();
  }
}
