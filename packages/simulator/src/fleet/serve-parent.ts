import type { FromWorker, ToWorker } from './messages.ts';
import { runWorker } from './worker.ts';

/** One process of a fleet: does what its parent says, and ends with it. */
export function serveParent(): void {
  const stop = new AbortController();
  const tell = (message: FromWorker) => {
    if (process.connected) process.send?.(message);
  };
  // Ctrl C reaches the whole group: the parent decides, so that all end in order.
  process.on('SIGINT', () => {});
  process.on('disconnect', () => stop.abort());
  process.on('message', (message: ToWorker) => {
    if (message.type === 'stop') {
      stop.abort();
      return;
    }
    runWorker(message.settings, tell, stop.signal).then(
      () => process.disconnect?.(),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
}
