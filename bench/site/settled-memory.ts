import { residentBytesOf } from './site-process.ts';

const everyMs = 250;
/** As many readings in a row that differ by less than this share: it has come to rest. */
const restingReadings = 12;
const restingShare = 0.01;

export interface Memory {
  /** The last reading, bytes. */
  readonly residentBytes: number;
  readonly readings: readonly number[];
}

/** Resident memory of an idle process, once it no longer changes. @throws Error where it does not come to rest */
export async function settledMemory(pid: number, signal = AbortSignal.timeout(120_000)): Promise<Memory> {
  const readings: number[] = [];
  for (;;) {
    signal.throwIfAborted();
    const residentBytes = await residentBytesOf(pid);
    readings.push(residentBytes);
    const last = readings.slice(-restingReadings);
    const span = Math.max(...last) - Math.min(...last);
    if (last.length === restingReadings && span < residentBytes * restingShare)
      return { residentBytes, readings };
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
