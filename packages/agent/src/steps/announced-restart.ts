import { existsSync, renameSync, writeFileSync } from 'node:fs';
import {
  type AnnouncedRestart,
  announceRestart,
  type PostponeRefusal,
  postponed,
  refusePostponement,
  timeToRestartMs,
} from '@tenkai/domain/scenario/postpone-restart.ts';
import { pause } from '@tenkai/protocol/agent/link/wake-up.ts';
import { readJson, removeIfThere } from '../durable-file.ts';
import type { Platform } from '../platform/platform.ts';
import type { RunFolder } from '../run-folder.ts';
import type { StepContext, StepOf } from './step.ts';

/** What a user of the machine wants of the announced restart; checked by the service, and again here. */
export type RestartWish = { readonly id: string; readonly user: string } & (
  | { readonly kind: 'postpone'; readonly until: number }
  | { readonly kind: 'now' }
);

/** `restart.json` in the run's folder: what the service tells people. Times are epoch milliseconds. */
export interface RestartNotice extends AnnouncedRestart {
  readonly deploymentName: string;
  readonly postponedBy: string | null;
  /** The last wish that was looked at, and why it was not granted. */
  readonly answered: { readonly id: string; readonly refusal: PostponeRefusal | null } | null;
}

const lookEveryMs = 250;

/**
 * Tells the people who are signed in, and waits as long as the scenario gives them, or as they have put it off within
 * the administrator's limits; not at all where nobody is signed in. A crash meanwhile does not add to it, nor does a clock that
 * is put back.
 */
export async function awaitRestart(context: StepContext, step: StepOf<'restart'>): Promise<void> {
  const { signal, runFolder, platform } = context;
  const { open } = context.memory;
  const warningMs = step.delaySeconds * 1000;
  if (warningMs > 0 && !open?.postponements?.length && (await platform.sessions.isNobodySignedIn(signal))) {
    context.log.info({ index: context.index }, 'nobody is signed in: the restart needs no warning');
    return;
  }
  const announced = announceRestart({
    announcedAt: context.startedAt,
    warningMs,
    postponement: step.postponement ?? null,
    windowClosesAt: context.window.closesAt,
    restMs: context.window.restMs,
  });
  let restart = (open?.postponements ?? []).reduce(
    (before, { until }) => postponed(before, until),
    announced,
  );
  let giveUpAt = performance.now() + timeToRestartMs(restart, context.now());
  let notice = noticeOf(context, restart, open?.postponements?.at(-1)?.user ?? null);
  let warnedOf = 0;
  for (;;) {
    const leftMs = Math.min(timeToRestartMs(restart, context.now()), giveUpAt - performance.now());
    if (leftMs <= 0) break;
    writeNotice(runFolder.announced, notice);
    if (warnedOf !== restart.restartAt && leftMs <= warningMs) {
      warnedOf = restart.restartAt;
      await platform.sessions.warn(warningText(leftMs, restart), signal);
    }
    // One that is in the journal already was granted before a crash.
    const wish = readJson<RestartWish>(runFolder.wish);
    if (wish?.kind === 'now') break;
    if (wish) {
      const isGranted = open?.postponements?.some((before) => before.wish === wish.id) ?? false;
      const refusal = isGranted ? null : await grant(context, restart, wish);
      if (refusal === null && !isGranted) restart = postponed(restart, wish.until);
      giveUpAt = performance.now() + timeToRestartMs(restart, context.now());
      notice = noticeOf(context, restart, refusal === null ? wish.user : notice.postponedBy);
      notice = { ...notice, answered: { id: wish.id, refusal } };
      writeNotice(runFolder.announced, notice);
      removeIfThere(runFolder.wish);
    }
    await pause(Math.min(lookEveryMs, leftMs), signal);
    signal.throwIfAborted();
  }
  for (const file of [runFolder.announced, runFolder.wish]) removeIfThere(file);
}

/**
 * The restart was cancelled: people who were told of it, by this engine or by one before, are told that it does not
 * come, and nothing announces it any more.
 */
export async function withdrawRestart(
  { folder, platform }: { readonly folder: RunFolder; readonly platform: Pick<Platform, 'sessions'> },
  signal: AbortSignal,
): Promise<void> {
  const isAnnounced = existsSync(folder.announced);
  for (const file of [folder.announced, folder.wish]) removeIfThere(file);
  if (isAnnounced) await platform.sessions.warn(withdrawnText, signal);
}

const withdrawnText = 'The restart of this machine was cancelled. It does not restart now.';

/** @returns why not; null: it is in the journal, and so holds over a crash */
async function grant(
  context: StepContext,
  restart: AnnouncedRestart,
  wish: Extract<RestartWish, { kind: 'postpone' }>,
): Promise<PostponeRefusal | null> {
  const { until, user, id } = wish;
  const refusal = refusePostponement(restart, until, context.now());
  if (refusal !== null) return refusal;
  const { index } = context;
  const { timesLeft } = postponed(restart, until);
  await context.record({ event: 'restart-postponed', index, until, user, timesLeft, wish: id });
  context.log.info({ index, until, user }, 'the restart was postponed');
  return null;
}

function noticeOf(
  { deploymentName }: StepContext,
  restart: AnnouncedRestart,
  postponedBy: string | null,
): RestartNotice {
  return { ...restart, deploymentName, postponedBy, answered: null };
}

/** The latest fact only; the journal is what counts. */
function writeNotice(file: string, notice: RestartNotice): void {
  const text = JSON.stringify(notice);
  if (JSON.stringify(readJson(file)) === text) return;
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

function warningText(leftMs: number, { mayBePostponed, timesLeft }: AnnouncedRestart): string {
  const minutes = Math.max(1, Math.round(leftMs / 60_000));
  const text = `This machine will restart in ${minutes} min. Please save your work.`;
  return mayBePostponed && timesLeft > 0
    ? `${text} To postpone it: tenkai-agent restart --postpone 1h`
    : text;
}
