import { closeSync, fdatasync, openSync } from 'node:fs';

/** Makes commits durable, outside of the event loop. */
export interface LogSync {
  /** Resolves when everything that was committed before the call is on disk. */
  flush(): Promise<void>;
  /** Set while something is committed that may not be on disk yet: the same as `flush` returned. */
  readonly pending: Promise<void> | undefined;
  close(): void;
}

export interface LogSyncOptions {
  /** Brings the write-ahead log onto the disk. */
  readonly syncFile: () => Promise<void>;
  readonly closeFile: () => void;
  /** Called where that failed. */
  readonly end?: (failure: unknown) => void;
}

/**
 * SQLite's own fsync in COMMIT holds up everybody in this process for as long as the disk takes. With `synchronous =
 * NORMAL` COMMIT only appends to the log; what is called here after it is all that FULL would have done beyond that
 * (SQLite documentation, "PRAGMA synchronous").
 *
 * After a failed fsync nobody knows what is on disk, and the next one would succeed without having written anything:
 * the process ends, and its successor begins with what the disk really holds.
 */
export function createLogSync({ syncFile, closeFile, end = endProcess }: LogSyncOptions): LogSync {
  let pending: Promise<void> | undefined;
  const succeeded = () => {
    pending = undefined;
  };
  const failed = (failure: unknown) => {
    end(failure);
    throw failure;
  };
  return {
    flush() {
      pending = syncFile().then(succeeded, failed);
      return pending;
    },
    get pending() {
      return pending;
    },
    close: closeFile,
  };
}

/** The log of the embedded database at `file`; opened at the first commit, when it is there for certain. */
export function openLogSync(file: string): LogSync {
  let handle: number | undefined;
  return createLogSync({
    syncFile: () =>
      new Promise((resolve, reject) => {
        // Writable, which Windows wants for this.
        handle ??= openSync(`${file}-wal`, 'r+');
        fdatasync(handle, (failure) => (failure ? reject(failure) : resolve()));
      }),
    closeFile() {
      if (handle !== undefined) closeSync(handle);
      handle = undefined;
    },
  });
}

function endProcess(failure: unknown) {
  setImmediate(() => {
    throw new Error('the disk refused what was committed', { cause: failure });
  });
}
