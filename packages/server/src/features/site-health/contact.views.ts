import type { Reader } from '../../kernel/database/database.ts';

export interface Contact {
  /** Machines that should be heard and were not for long enough; when each was heard last. */
  readonly silent: readonly { readonly machineId: string; readonly lastSeenAt: number }[];
  readonly heard: number;
}

/** Who is silent for longer is somebody's holiday. */
const longestSilenceMs = 7 * 86_400_000;
const mostSilent = 20_000;

/** Machines by when they were heard last; those that said that they shut down are neither silent nor heard. */
export async function contactOf(read: Reader, now: number, silenceMs: number): Promise<Contact> {
  const since = now - silenceMs;
  const silent = await read.all<{ machineId: string; lastSeenAt: number }>(
    `SELECT machine_id AS "machineId", last_seen_at AS "lastSeenAt" FROM machines_presence
     WHERE last_seen_at >= ? AND last_seen_at < ? AND is_admitted = 1
       AND power IN ('on', 'booting', 'restarting', 'unreachable')
     ORDER BY last_seen_at DESC LIMIT ?`,
    [now - longestSilenceMs, since, mostSilent],
  );
  const heard = await read.one<{ n: number }>(
    'SELECT count(*) AS n FROM machines_presence WHERE last_seen_at >= ? AND is_admitted = 1',
    [since],
  );
  return { silent, heard: heard?.n ?? 0 };
}
