import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { makeFolder } from './durable-file.ts';

export type Log = Logger;

/** A log file begins anew at this size; the last ones are kept as `name.1.log` and so on. */
const rotateBytes = 5 * 1024 * 1024;
const keptFiles = 3;

export interface LogOptions {
  readonly folder: string;
  /** File name without extension: one for the service, one for the engine. */
  readonly name: string;
  readonly level?: string;
  /** Also to standard error, for who watches. */
  readonly isVerbose?: boolean;
}

/** Logs as JSON lines, with one component name each, into files of bounded size. */
export function openLog({ folder, name, level = 'info', isVerbose = false }: LogOptions): Log {
  makeFolder(folder, 0o700);
  const file = rotatingFile(folder, name);
  const write = (line: string) => {
    file.write(line);
    if (isVerbose) process.stderr.write(line);
  };
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, { write });
}

/** Service and engine have a file each: no two processes rotate the same one. */
export function rotatingFile(folder: string, name: string, limitBytes = rotateBytes) {
  const path = (number: number) => join(folder, number === 0 ? `${name}.log` : `${name}.${number}.log`);
  const open = () => openSync(path(0), 'a', 0o600);
  let handle = open();
  let bytes = fstatSync(handle).size;
  return {
    write(line: string) {
      if (bytes > 0 && bytes + line.length > limitBytes) {
        closeSync(handle);
        for (let number = keptFiles - 1; number >= 0; number -= 1)
          renameIfThere(path(number), path(number + 1));
        handle = open();
        bytes = 0;
      }
      try {
        bytes += writeSync(handle, line);
      } catch {
        // A full disk must not stop what the log is about.
      }
    },
  };
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch {
    // There were fewer files so far.
  }
}
