/**
 * Who speaks with the key of one machine. Each start of an agent is an instance with a random name. Of a machine that
 * restarts, the one before never speaks again; of two that live at once, both come back, again and again.
 */
export interface KeyInUse {
  /** The instance that spoke last. */
  readonly speaker: string;
  /** By instance: when it was heard last, and when it spoke again after another one. */
  readonly heard: ReadonlyMap<string, Heard>;
}

interface Heard {
  readonly at: number;
  readonly returns: readonly number[];
}

/** Two live agents come back this often within minutes; sockets that replace each other do so within seconds. */
export const keyInUseWindowMs = 10 * 60_000;
/**
 * Requests that a dying agent sent may arrive after its successor's, once for it and once for that one: each instance
 * of a machine that only restarts comes back twice at most. A snapshot gives back one old instance, not two in turn.
 */
export const returnsOfTheLiving = 4;
/** More copies than this are told from each other all the same: some of them come back. */
const maxInstances = 32;

/** @returns what is known now, and whether two instances have both come back so often that both must live */
export function hearInstance(
  before: KeyInUse | undefined,
  instance: string,
  at: number,
): { readonly now: KeyInUse; readonly isShared: boolean } {
  if (!before) return { now: { speaker: instance, heard: new Map() }, isShared: false };
  if (before.speaker === instance) return { now: before, isShared: false };
  const since = at - keyInUseWindowMs;
  const recent = [...before.heard].filter(([, one]) => one.at > since).slice(-maxInstances);
  const heard = new Map(recent);
  // A long time after it spoke first, it may be heard as the last speaker only.
  const left = heard.get(before.speaker) ?? { at, returns: [] };
  heard.delete(before.speaker);
  heard.set(before.speaker, { ...left, at });
  const known = heard.get(instance);
  if (known) heard.set(instance, { at, returns: [...known.returns, at].filter((time) => time > since) });
  const living = [...heard.values()].filter(
    ({ returns }) => countSince(returns, since) >= returnsOfTheLiving,
  );
  return { now: { speaker: instance, heard }, isShared: living.length >= 2 };
}

function countSince(times: readonly number[], since: number): number {
  return times.filter((time) => time > since).length;
}
