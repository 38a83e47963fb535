import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { DestinationStream } from 'pino';

/** A file begins anew at this size; the older ones are kept as `server.1.log` and so on. */
const limitBytes = 20 * 1024 * 1024;
const keptFiles = 5;

/** The log as `server.log` of bounded size in that folder, for a service that has no journal. */
export function openLogFile(folder: string, limit = limitBytes): DestinationStream {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = (number: number) => join(folder, number === 0 ? 'server.log' : `server.${number}.log`);
  const open = () => openSync(path(0), 'a', 0o600);
  let handle = open();
  let bytes = fstatSync(handle).size;
  const rotate = () => {
    closeSync(handle);
    for (let number = keptFiles - 1; number >= 0; number -= 1) moveIfPossible(path(number), path(number + 1));
    handle = open();
    bytes = fstatSync(handle).size;
  };
  return {
    write(line: string) {
      if (bytes > 0 && bytes + line.length > limit) rotate();
      try {
        bytes += writeSync(handle, line);
      } catch {
        // A full disk must not stop what the log is about.
      }
    },
  };
}

/** There may be fewer files so far, and somebody may hold one of them open. */
function moveIfPossible(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch {
    // The log goes on where it is.
  }
}
