import type { SendWake } from './send-wake.ts';
import type { WakePlan } from './wake-targets.ts';

/**
 * A network card that has just gone down takes seconds until it listens, and a datagram may be lost on the way:
 * packets are sent again after these times, milliseconds after the first ones.
 */
export const againAfterMs = [5_000, 15_000, 30_000];

export interface WakeAgainDeps {
  readonly isOnline: (machineId: string) => boolean;
  readonly sendWake: SendWake;
}

/** Repeats the packets for machines that are not back by then. Nothing waits for it, a stop of the server neither. */
export function wakeAgain(
  { isOnline, sendWake }: WakeAgainDeps,
  plans: ReadonlyMap<string, WakePlan>,
  port: number,
): void {
  for (const delayMs of againAfterMs) {
    const again = async () => {
      for (const [machineId, plan] of plans) if (!isOnline(machineId)) await sendWake(plan, port);
    };
    // What cannot be sent now could not be sent at first either, and that was told.
    setTimeout(() => void again().catch(() => {}), delayMs).unref();
  }
}
