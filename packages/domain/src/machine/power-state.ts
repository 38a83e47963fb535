import type { PowerState } from './machine.ts';

/** What the site remembers of a machine to judge its power. Times are epoch milliseconds. */
export interface PowerPicture {
  readonly power: PowerState;
  /** When `power` last took another value. */
  readonly since: number;
  /** What the agent said that the machine would do next; cleared once it is back. */
  readonly announced: 'nothing' | 'restart' | 'shut-down';
  /** Boot id of the last heartbeat; null before the first. */
  readonly bootId: string | null;
}

/**
 * What was noticed about a machine. `gone`: the agent has been silent for longer than it may be, and its host was
 * asked by ICMP echo. Echo is the second witness only: it never contradicts an agent that speaks (BPWR-05).
 */
export type PowerSignal =
  | {
      readonly kind: 'heartbeat';
      readonly state: 'starting' | 'running' | 'restarting' | 'shutting-down';
      readonly bootId: string;
      readonly at: number;
    }
  | { readonly kind: 'connected'; readonly at: number }
  | { readonly kind: 'disconnected'; readonly at: number }
  | { readonly kind: 'gone'; readonly answersEcho: boolean; readonly at: number };

/** How long a start or a restart may take before it is no longer believed. */
export const bootLimitMs = 10 * 60_000;

export const unseenMachine: PowerPicture = { power: 'unknown', since: 0, announced: 'nothing', bootId: null };

/**
 * The picture after a signal; the same object where nothing changed. *on* means that the agent has checked in and
 * commands will work (BPWR-04, BAGT-12); a machine that restarts because it was told to is never *off* or
 * *unreachable* meanwhile (BPWR-12). *on* while no agent is connected: the host answers, the agent does not.
 */
export function nextPower(picture: PowerPicture, signal: PowerSignal): PowerPicture {
  if (signal.kind === 'heartbeat') return heard(picture, signal);
  if (signal.kind === 'gone') return gone(picture, signal);
  // Awake, but not yet checked in. Where it was not off, the heartbeat that follows decides.
  if (signal.kind === 'connected')
    return picture.power === 'off' ? changed(picture, { power: 'booting' }, signal.at) : picture;
  return picture.announced === 'shut-down' ? changed(picture, { power: 'off' }, signal.at) : picture;
}

function heard(picture: PowerPicture, { state, bootId, at }: Extract<PowerSignal, { kind: 'heartbeat' }>) {
  const isSameBoot = picture.bootId === bootId;
  if (state === 'restarting')
    return changed(picture, { power: 'restarting', announced: 'restart', bootId }, at);
  // Still on: only the end of its connection shows that it is down.
  if (state === 'shutting-down') return changed(picture, { announced: 'shut-down', bootId }, at);
  // An agent that starts within the same boot was upgraded or repaired; the machine did not go down.
  if (state === 'starting' && isSameBoot && picture.power === 'on') return picture;
  const power = state === 'starting' ? 'booting' : 'on';
  return changed(picture, { power, announced: 'nothing', bootId }, at);
}

function gone(
  picture: PowerPicture,
  { answersEcho, at }: Extract<PowerSignal, { kind: 'gone' }>,
): PowerPicture {
  const isOverdue = at - picture.since >= bootLimitMs;
  if (picture.announced === 'shut-down' && picture.power !== 'off')
    return changed(picture, { power: 'off' }, at);
  if (picture.power === 'off' && !answersEcho) return picture;
  // While a machine starts, its firewall may let nothing through (BAGT-10): silence means nothing yet.
  const isStarting = picture.power === 'restarting' || (picture.power === 'booting' && !answersEcho);
  if (isStarting && !isOverdue) return picture;
  if (!answersEcho) return changed(picture, { power: 'unreachable', announced: 'nothing' }, at);
  if (picture.power === 'on') return picture;
  // Just awake and not checked in: it is starting. For too long already: on, but its agent does not answer.
  const power = picture.power === 'booting' && isOverdue ? 'on' : 'booting';
  return changed(picture, { power, announced: 'nothing' }, at);
}

function changed(picture: PowerPicture, change: Partial<PowerPicture>, at: number): PowerPicture {
  const next = { ...picture, ...change };
  if (next.power !== picture.power) return { ...next, since: at };
  const isSame = next.announced === picture.announced && next.bootId === picture.bootId;
  return isSame ? picture : next;
}
