import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

export interface CheckpointThread {
  /** Resolves when what was committed before the call is in the database file. */
  copy(): Promise<void>;
  end(): Promise<void>;
}

/** A thread with a connection of its own; most sites never write so much that they need it. */
export function createCheckpointThread(file: string): CheckpointThread {
  let worker: Worker | undefined;
  return {
    async copy() {
      worker ??= start(file);
      // Whoever ends meanwhile waits for it; an idle thread keeps no process alive.
      worker.ref();
      const answer = once(worker, 'message');
      worker.postMessage('copy');
      try {
        await answer;
        worker.unref();
      } catch (error) {
        // Its thread has ended.
        worker = undefined;
        throw error;
      }
    },
    async end() {
      await worker?.terminate();
    },
  };
}

/** From its own text, so that it needs no file of its own beside the server's, and loads nothing else. */
function start(file: string): Worker {
  return new Worker(`(${body})()`, { eval: true, workerData: file });
}

/** Runs elsewhere: it sees nothing of this file. What it throws ends the thread, and is heard as its error. */
function body() {
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads');
  const db = new DatabaseSync(workerData as string, { timeout: 5000 });
  db.exec('PRAGMA synchronous = NORMAL');
  const checkpoint = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');
  parentPort?.on('message', () => {
    checkpoint.all();
    parentPort.postMessage('copied');
  });
}
