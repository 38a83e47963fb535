export interface SpeedMeter {
  add(bytes: number): void;
  bytesPerSecond(): number;
}

const WINDOW_MS = 5000;

/** The speed of the last five seconds, from samples; `now` is a monotonic clock in milliseconds. */
export function createSpeedMeter(now: () => number): SpeedMeter {
  const samples: { at: number; bytes: number }[] = [];
  const startedAt = now();
  return {
    add(bytes) {
      const at = now();
      const last = samples.at(-1);
      // One sample for each tenth of a second keeps the list short at any speed.
      if (last && at - last.at < 100) last.bytes += bytes;
      else samples.push({ at, bytes });
      while ((samples[0]?.at ?? at) < at - WINDOW_MS) samples.shift();
    },
    bytesPerSecond() {
      const from = now() - WINDOW_MS;
      const sum = samples.filter(({ at }) => at >= from).reduce((total, { bytes }) => total + bytes, 0);
      const spanMs = Math.min(WINDOW_MS, Math.max(1, now() - startedAt));
      return Math.max(0, Math.round((sum / spanMs) * 1000));
    },
  };
}
