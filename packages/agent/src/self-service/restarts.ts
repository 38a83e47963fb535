import { randomUUID } from 'node:crypto';
import { Failure } from '@tenkai/domain/failure.ts';
import { type PostponeRefusal, refusePostponement } from '@tenkai/domain/scenario/postpone-restart.ts';
import { pause } from '@tenkai/protocol/agent/link/wake-up.ts';
import type { DataFolder } from '../data-folder.ts';
import { readJson, removeIfThere, writeDurably } from '../durable-file.ts';
import type { Platform } from '../platform/platform.ts';
import { openRuns, type RunFolder } from '../run-folder.ts';
import type { RestartNotice, RestartWish } from '../steps/announced-restart.ts';
import type { RestartState, RestartView } from './door-words.ts';

export interface RestartDeps {
  readonly data: DataFolder;
  readonly platform: Pick<Platform, 'sessions'>;
  readonly now: () => number;
  readonly stop: AbortSignal;
}

/** The engine looks several times a second; one that was killed is started again within seconds. */
const answerLimitMs = 20_000;
const lookEveryMs = 100;

interface Announced {
  readonly folder: RunFolder;
  readonly notice: RestartNotice;
}

/** The restart that the engine has announced: it alone decides, what people want is left in the run's folder. */
export function createRestarts(deps: RestartDeps) {
  const { data, platform, now, stop } = deps;
  return {
    status: (): RestartState => ({ restart: viewOf(announced(data)) }),
    /** @throws Failure restart-..., agent-no-answer */
    async postpone(minutes: number, user: string): Promise<RestartState> {
      const { folder, notice } = required(data);
      const until = now() + minutes * 60_000;
      refuse(refusePostponement(notice, until, now()), notice);
      const wish: RestartWish = { id: randomUUID(), kind: 'postpone', until, user };
      writeDurably(folder.wish, JSON.stringify(wish));
      return { restart: viewOf(await answered(deps, folder, wish)) };
    },
    /** @throws Failure restart-none, restart-others-signed-in */
    async now(user: string): Promise<RestartState> {
      const { folder } = required(data);
      const sessions = await platform.sessions.list(stop);
      const others = new Set(sessions.map((session) => session.user).filter((name) => name !== user));
      if (others.size > 0 && user !== 'root')
        throw new Failure('restart-others-signed-in', { users: [...others].join(', ') });
      const wish: RestartWish = { id: randomUUID(), kind: 'now', user };
      writeDurably(folder.wish, JSON.stringify(wish));
      return { restart: viewOf(announced(data)) };
    },
  };
}
export type RestartsOfMachine = ReturnType<typeof createRestarts>;

function announced(data: DataFolder): Announced | null {
  for (const { folder } of openRuns(data)) {
    const notice = readJson<RestartNotice>(folder.announced);
    if (notice) return { folder, notice };
  }
  return null;
}

function required(data: DataFolder): Announced {
  const found = announced(data);
  if (!found) throw new Failure('restart-none');
  return found;
}

function refuse(refusal: PostponeRefusal | null, { restartAt, latestAt }: RestartNotice): void {
  if (refusal === null) return;
  const times = { restartAt: new Date(restartAt).toISOString(), latestAt: new Date(latestAt).toISOString() };
  throw new Failure(refusal, times);
}

async function answered({ stop }: RestartDeps, folder: RunFolder, wish: RestartWish): Promise<Announced> {
  const giveUpAt = performance.now() + answerLimitMs;
  while (performance.now() < giveUpAt && !stop.aborted) {
    const notice = readJson<RestartNotice>(folder.announced);
    if (notice?.answered?.id === wish.id) {
      refuse(notice.answered.refusal, notice);
      return { folder, notice };
    }
    await pause(lookEveryMs, stop);
  }
  if (readJson<RestartWish>(folder.wish)?.id === wish.id) removeIfThere(folder.wish);
  throw new Failure('agent-no-answer', { what: 'restart', seconds: answerLimitMs / 1000 });
}

function viewOf(found: Announced | null): RestartView | null {
  if (!found) return null;
  const { answered: _, ...view } = found.notice;
  return view;
}
