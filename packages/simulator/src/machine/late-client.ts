import type { SiteClient } from '@tenkai/protocol/agent/link/index.ts';
import { draw, within } from '../draws.ts';
import { lifeMs } from './fleet-plan.ts';
import type { Surroundings } from './state.ts';

type Machine = Pick<Surroundings, 'plan' | 'after'> & { readonly index: number };

/** A site client on a slow line: each call leaves as late as the profile has it, drawn by machine and number of the call. */
export function lateClient({ plan, after, index }: Machine, client: SiteClient): SiteClient {
  const { lateSeconds } = plan.profile.network;
  if (!lateSeconds) return client;
  let calls = 0;
  return {
    ...client,
    async call(request) {
      calls += 1;
      const ms = lifeMs(plan, within(lateSeconds, draw(plan.seed, index, 'late', calls)));
      await pass(after, ms, request.signal);
      return client.call(request);
    },
  };
}

/** @throws the signal's reason when it aborts first */
function pass(after: Surroundings['after'], ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const end = (settle: () => void) => () => {
      cancel();
      signal?.removeEventListener('abort', abort);
      settle();
    };
    const abort = end(() => reject(signal?.reason));
    const cancel = after(ms, end(resolve));
    signal?.addEventListener('abort', abort, { once: true });
  });
}
