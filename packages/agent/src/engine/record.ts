import type { Reason } from '@tenkai/domain';
import { pause } from '@tenkai/protocol/agent/link/wake-up.ts';
import type { Boundary } from '../boundary.ts';
import { errorCode } from '../durable-file.ts';
import type { Log } from '../log.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { StepWait } from '../steps/step.ts';
import { type Journal, nameOf } from './journal.ts';
import type { JournalEntry, JournalEvent } from './journal-entry.ts';
import { type RunMemory, remember } from './run-memory.ts';
import { reportOf } from './run-report.ts';

export interface RecorderDeps {
  readonly run: { readonly runId: string; readonly attempt: number };
  /** The run's stream in the outbox. */
  readonly stream: string;
  readonly journal: Journal;
  readonly outbox: Outbox;
  readonly boundary: Boundary;
  readonly log: Log;
  readonly now: () => number;
  /** Aborts when the engine is to stop. */
  readonly stop: AbortSignal;
}

/** Journal first, report second; after a crash between the two the report is made good. */
export interface Recorder {
  readonly memory: () => RunMemory;
  /** Lines of the journal so far. */
  readonly entries: () => number;
  record(event: JournalEvent): Promise<void>;
  /** Waits until the server has taken what was recorded, at most this long; true: it has. */
  told(limitMs: number): Promise<boolean>;
  /** Tells the server that a long wait is no silence; of several only the latest is sent. */
  stillHere(waitsFor?: StepWait): void;
  /** Something for people to read; becomes a status message. */
  tell(message: { severity: 'info' | 'warning' | 'error'; code: string; params: Reason['params'] }): void;
}

const fullDiskPauseMs = 2000;
const toldEveryMs = 100;

export async function openRecorder(deps: RecorderDeps): Promise<Recorder> {
  const { journal, outbox, stream, stop, boundary } = deps;
  let memory = remember(journal.entries);

  const report = async (entry: JournalEntry) => {
    const text = reportOf(deps.run, entry);
    if (!text) return;
    await patiently(deps, () => outbox.putOnce({ stream, position: entry.line }, text));
    boundary(`${nameOf(entry)}:reported`);
  };
  const last = journal.entries.at(-1);
  if (last) await report(last);

  return {
    memory: () => memory,
    entries: () => journal.entries.length,
    async record(event) {
      const entry = await patiently(deps, () => journal.append(event));
      memory = remember(journal.entries);
      await report(entry);
    },
    async told(limitMs) {
      const position = journal.entries.filter((entry) => reportOf(deps.run, entry)).at(-1)?.line ?? 0;
      const giveUpAt = performance.now() + limitMs;
      while (!outbox.isAcknowledged(stream, position)) {
        if (performance.now() > giveUpAt || stop.aborted) return false;
        await pause(toldEveryMs, stop);
      }
      return true;
    },
    stillHere(waitsFor) {
      const phase = journal.entries.at(-1)?.phase ?? 'installed-system';
      outbox.replace(`waiting-${stream}`, {
        kind: 'run',
        ...deps.run,
        at: deps.now(),
        event: 'executing',
        phase,
        ...(waitsFor ? { reason: waitsFor.reason, waitsUntil: waitsFor.until } : {}),
      });
    },
    tell: (message) => outbox.put({ kind: 'status', ...message, at: deps.now() }),
  };
}

/** A full disk is no reason to forget what happened: it is written down as soon as there is room again. */
async function patiently<T>({ stop, log }: RecorderDeps, act: () => T): Promise<T> {
  for (;;) {
    stop.throwIfAborted();
    try {
      return act();
    } catch (error) {
      if (errorCode(error) !== 'ENOSPC' && errorCode(error) !== 'EDQUOT') throw error;
      log.warn('the disk is full; the journal waits');
      await pause(fullDiskPauseMs, stop);
    }
  }
}
