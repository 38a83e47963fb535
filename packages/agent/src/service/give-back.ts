/** As a function of V8; there where the unit starts Node with --expose-gc. */
type Collect = (options: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void;

export interface GiveBack {
  /** There was work: once it is quiet, what it took is given back. */
  afterWork(): void;
  stop(): void;
}

const quietMs = 1500;

/**
 * Gives memory back to the system when work is over. V8 itself tidies a heap that does not grow only after hours: five
 * of the agent's seventy megabytes would be what its start or an inventory left behind. It costs some 20 ms.
 */
export function createGiveBack(collect = (globalThis as { gc?: Collect }).gc): GiveBack {
  let timer: NodeJS.Timeout | undefined;
  const stop = () => clearTimeout(timer);
  return {
    afterWork() {
      if (!collect) return;
      stop();
      timer = setTimeout(() => collect({ type: 'major', execution: 'sync', flavor: 'last-resort' }), quietMs);
      timer.unref();
    },
    stop,
  };
}
