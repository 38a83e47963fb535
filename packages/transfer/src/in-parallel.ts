export interface InParallel<T> {
  readonly items: Iterable<T> | AsyncIterable<T>;
  /** How many run at once. */
  readonly limit: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs the act for every item, a few at once, in order of start. The first error stops the start of further items;
 * it is thrown when those under way have ended, so nothing runs on behind the caller's back.
 */
export async function inParallel<T>(options: InParallel<T>, act: (item: T) => Promise<void>): Promise<void> {
  const { signal } = options;
  const iterator = iterate(options.items);
  let failure: { error: unknown } | undefined;
  const lane = async () => {
    while (!failure) {
      try {
        signal?.throwIfAborted();
        const next = await iterator.next();
        if (next.done) return;
        await act(next.value);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: options.limit }, lane));
  await iterator.return(undefined);
  if (failure) throw (failure as { error: unknown }).error;
}

async function* iterate<T>(items: Iterable<T> | AsyncIterable<T>): AsyncGenerator<T, undefined> {
  yield* items;
}
