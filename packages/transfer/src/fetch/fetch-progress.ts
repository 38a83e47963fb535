import { createSpeedMeter } from './speed-meter.ts';

export interface FetchProgress {
  /** Bytes of the content that are there, including those found from an earlier attempt. */
  readonly bytesDone: number;
  readonly bytesTotal: number;
  /** Of the last few seconds, from the network alone. */
  readonly bytesPerSecond: number;
}

export interface ProgressTracker {
  /** Bytes from the network; negative when they must come again. */
  received(bytes: number): void;
  /** Bytes that were there already, in another place of the content. */
  copied(bytes: number): void;
  fetchedBytes(): number;
  /** The last report. */
  stop(): void;
}

interface TrackProgress {
  readonly bytesDone: number;
  readonly bytesTotal: number;
  readonly onProgress: ((progress: FetchProgress) => void) | undefined;
}

const REPORT_EVERY_MS = 200;

/** Reports at the start, at the end, and a few times a second in between, also while nothing arrives. */
export function trackProgress({ bytesDone, bytesTotal, onProgress }: TrackProgress): ProgressTracker {
  const speed = createSpeedMeter(() => performance.now());
  let fetched = 0;
  let copied = 0;
  const report = () => {
    const done = bytesDone + fetched + copied;
    onProgress?.({ bytesDone: done, bytesTotal, bytesPerSecond: speed.bytesPerSecond() });
  };
  report();
  const timer = setInterval(report, REPORT_EVERY_MS);
  return {
    received(bytes) {
      fetched += bytes;
      speed.add(bytes);
    },
    copied(bytes) {
      copied += bytes;
    },
    fetchedBytes: () => fetched,
    stop() {
      clearInterval(timer);
      report();
    },
  };
}
