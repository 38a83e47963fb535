import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RunOrder } from '@tenkai/protocol/agent/orders.ts';
import type { FetchProgress } from '@tenkai/transfer';
import type { Boundary } from '../boundary.ts';
import type { DataFolder } from '../data-folder.ts';
import { writeDurably } from '../durable-file.ts';
import { takeLock } from '../lock.ts';
import type { RunContent } from './content.ts';
import { deliverContent } from './deliver.ts';
import { type Journal, openJournal } from './journal.ts';
import { keepServiceThere } from './keep-service.ts';
import { contentFor, type Engine, enrollmentOf, leftovers, openEngine, readRunOrder } from './open-engine.ts';
import { reasonOf } from './reason.ts';
import { openRecorder } from './record.ts';
import { doRun } from './run.ts';

const cancelEveryMs = 200;
const progressEveryMs = 500;
/** A night without network is no failure; content that is nowhere on the second day is. */
const deliveryLimitMs = 24 * 60 * 60_000;
/** Beyond every line of a journal: the place of a report about the journal itself. */
const lastPosition = 999_999;

export interface RunEngine {
  readonly data: DataFolder;
  readonly run: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly boundary: Boundary;
  /** Aborts when the engine is to leave the run to a later engine. */
  readonly stop: AbortSignal;
}

/**
 * The engine (law 12): does one run of this machine, in a process of its own, from the data folder and into it.
 * Needs no service; a later engine goes on where this one ends.
 * @throws Failure agent-runs-already where another engine is at work; the stop signal's reason
 */
export async function runEngine({ stop, ...input }: RunEngine): Promise<void> {
  const engine = await openEngine(input);
  const { folder, log, data, platform } = engine;
  const lock = await takeLock({
    processes: platform.processes,
    folder: join(data.locks, 'engine'),
    what: 'engine',
  });
  try {
    if (existsSync(folder.closed)) return;
    log.info({ pid: process.pid }, 'engine begins');
    if ((await runOrRefuse(engine, stop)) === 'staged') {
      log.info('the run waits for the next start of the machine');
      return;
    }
    for (const path of leftovers(folder)) await rm(path, { recursive: true, force: true });
    writeDurably(folder.closed, '');
    log.info('engine ends');
  } finally {
    lock.release();
  }
}

/** What cannot even begin ends with a report as well: the server must not wait for it. */
async function runOrRefuse(engine: Engine, stop: AbortSignal): Promise<'ended' | 'staged'> {
  const { folder, outbox, log } = engine;
  let journal: Journal | undefined;
  try {
    const enrollment = enrollmentOf(engine);
    const order = readRunOrder(folder, enrollment);
    const { boundary, now } = engine;
    journal = openJournal({
      file: folder.journal,
      run: folder.name,
      phase: 'installed-system',
      now,
      boundary,
    });
    return await run(engine, { order, journal, stop, content: await contentFor(engine, enrollment, order) });
  } catch (error) {
    stop.throwIfAborted();
    if (journal) throw error;
    log.error({ err: error }, 'the run cannot begin');
    const dash = folder.name.lastIndexOf('-');
    const run = { runId: folder.name.slice(0, dash), attempt: Number(folder.name.slice(dash + 1)) };
    const report = {
      kind: 'run',
      ...run,
      at: engine.now(),
      event: 'refused',
      phase: 'installed-system',
    } as const;
    outbox.putOnce({ stream: folder.name, position: lastPosition }, { ...report, reason: reasonOf(error) });
    return 'ended';
  } finally {
    journal?.close();
  }
}

interface Run {
  readonly order: RunOrder;
  readonly journal: Journal;
  readonly stop: AbortSignal;
  readonly content: RunContent;
}

async function run(engine: Engine, { order, journal, stop, content }: Run) {
  const { folder } = engine;
  const { runId, attempt } = order;
  const recorder = await openRecorder({
    ...engine,
    run: { runId, attempt },
    stream: folder.name,
    journal,
    stop,
  });
  const cancelled = new AbortController();
  const watch = setInterval(() => {
    if (existsSync(folder.cancel)) cancelled.abort();
  }, cancelEveryMs);
  if (existsSync(folder.cancel)) cancelled.abort();
  const giveUpAt = performance.now() + deliveryLimitMs;
  const onProgress = progressFile(engine);
  const afterStep = keepServiceThere(engine, dirname(process.argv[1] ?? ''));
  const deliver = (signal: AbortSignal) =>
    deliverContent({ content, log: engine.log, onProgress, giveUpAt }, order, signal);
  try {
    const end = await doRun({
      ...engine,
      order,
      recorder,
      content,
      deliver,
      afterStep,
      stop,
      cancel: cancelled.signal,
    });
    if (end === 'staged') content.keep();
    else await content.release();
    return end;
  } finally {
    clearInterval(watch);
  }
}

/** The latest fact only, for the service to forward; of no use after a crash, and so not made durable. */
function progressFile({ folder }: Engine): (progress: FetchProgress) => void {
  let writtenAt = -progressEveryMs;
  return (progress) => {
    const isDone = progress.bytesDone === progress.bytesTotal;
    if (!isDone && performance.now() - writtenAt < progressEveryMs) return;
    writtenAt = performance.now();
    const file = join(folder.path, 'progress.new');
    writeFileSync(file, JSON.stringify(progress));
    renameSync(file, folder.progress);
  };
}
