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

const limitMs = 120_000;

/** Lets the server work until a look finds something; on a busy machine one chain may need more than one `settle`. */
export async function eventually<T>(
  server: TestServer,
  what: string,
  look: () => Promise<T | undefined | false>,
): Promise<T> {
  const limit = AbortSignal.timeout(limitMs);
  for (;;) {
    await settle(server);
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (limit.aborted) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
