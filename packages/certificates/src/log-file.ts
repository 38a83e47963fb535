import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { Failure } from '@tenkai/domain/failure.ts';
import type { CertfixItem, CertfixSummary } from './certfix.ts';
import { escaped, findingTable } from './findings.ts';
import './failures.ts';

export interface CertfixLog {
  item(item: CertfixItem): void;
  /** @throws Failure certfix-log-cut where something could not be written */
  end(summary: CertfixSummary): void;
  error(message: string): void;
  close(): void;
}

/**
 * Appends to the log that was asked for; one line for each entry that is not simply good (IDENT-17, STAT-03).
 * @param now epoch milliseconds of each line
 * @throws Failure certfix-log-unwritable, before anything was changed
 */
export function openLogFile(file: string, now: () => number): CertfixLog {
  const handle = open(file);
  let cut: unknown;
  // A disk that is full must not end the repairs; what is missing in the log is said at the end.
  const line = (text: string) => {
    try {
      writeAll(handle, Buffer.from(`${new Date(now()).toISOString()} ${text}\n`));
    } catch (error) {
      cut ??= error;
    }
  };
  return {
    item({ outcome, store, place, findings, importError, backup }) {
      if (findings.length === 0) return;
      const what = findings.map(({ code, detail }) => `${code}${detail === '' ? '' : ` "${detail}"`}`);
      line(
        [
          `${outcome} ${escaped(store)}: ${escaped(place)}: ${what.join(', ')}`,
          ...(importError ? [`strict import ${importError}`] : []),
          ...findings.slice(0, 1).map(({ code }) => findingTable[code].en),
          ...(backup ? [`backup ${escaped(backup)}`] : []),
        ].join('; '),
      );
    },
    end({ checked, good, repaired, left, isDryRun }) {
      line(
        `${isDryRun ? 'dry run' : 'done'}: ${checked} checked, ${good} good, ${repaired} repaired, ${left} left`,
      );
      if (cut instanceof Error)
        throw new Failure('certfix-log-cut', { file, reason: cut.message, repaired, left }, { cause: cut });
    },
    error: (message) => line(`error: ${escaped(message)}`),
    close: () => closeSync(handle),
  };
}

function writeAll(handle: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
}

/** A link is refused: an administrator's certfix in a folder of others must not write elsewhere. */
function open(file: string): number {
  const { O_WRONLY, O_CREAT, O_APPEND, O_NOFOLLOW = 0 } = constants;
  try {
    return openSync(file, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0o600);
  } catch (error) {
    throw new Failure('certfix-log-unwritable', { file, reason: (error as Error).message }, { cause: error });
  }
}
