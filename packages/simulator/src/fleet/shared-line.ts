import type { SiteClient } from '@tenkai/protocol/agent/link/index.ts';

/**
 * A site client whose machines share a line: so many of their calls are on their way at once, over channels or
 * connections of their own, and the others wait in the order in which they came.
 */
export function shareLine(client: SiteClient, atOnce: number): SiteClient {
  const waiting: (() => void)[] = [];
  let underWay = 0;
  const enter = () => {
    underWay += 1;
    return underWay <= atOnce ? undefined : new Promise<void>((resolve) => waiting.push(resolve));
  };
  const leave = () => {
    underWay -= 1;
    waiting.shift()?.();
  };
  return {
    ...client,
    async call(request) {
      await enter();
      try {
        request.signal?.throwIfAborted();
        return await client.call(request);
      } finally {
        leave();
      }
    },
  };
}
