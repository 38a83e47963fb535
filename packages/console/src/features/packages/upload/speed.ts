/** Bytes per second over the last few seconds, so that the remaining time neither jumps nor lies. */
export interface Speed {
  /** Tells how far it is; returns the rate, 0 while there is too little to say. */
  at(bytesDone: number, nowMs: number): number;
}

const windowMs = 5000;

export function createSpeed(): Speed {
  let samples: { bytes: number; at: number }[] = [];
  return {
    at(bytesDone, nowMs) {
      samples = [...samples.filter(({ at }) => nowMs - at <= windowMs), { bytes: bytesDone, at: nowMs }];
      const first = samples[0];
      if (!first || nowMs <= first.at) return 0;
      return Math.max(0, ((bytesDone - first.bytes) * 1000) / (nowMs - first.at));
    },
  };
}
