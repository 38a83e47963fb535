import type { RunProgress } from '@tenkai/protocol/api/deployments.ts';
import type { Static } from 'typebox';

type Progress = Static<typeof RunProgress>;

/** The latest progress of runs in hand: a fact for the eye, in memory only, gone with the process. */
export interface ProgressBoard {
  set(runId: string, attempt: number, progress: Progress): void;
  latest(runId: string, attempt: number): Progress | null;
  forget(runId: string): void;
}

const mostRuns = 200_000;

export function createProgressBoard(): ProgressBoard {
  const board = new Map<string, { attempt: number; progress: Progress }>();
  return {
    set(runId, attempt, progress) {
      board.delete(runId);
      board.set(runId, { attempt, progress });
      if (board.size > mostRuns) board.delete(board.keys().next().value as string);
    },
    latest(runId, attempt) {
      const found = board.get(runId);
      return found?.attempt === attempt ? found.progress : null;
    },
    forget: (runId) => void board.delete(runId),
  };
}
