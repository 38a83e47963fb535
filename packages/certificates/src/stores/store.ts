import type { ExamineOptions } from '../examine.ts';
import type { Finding } from '../findings.ts';

/** A place that holds certificates: a system store of Windows, or files. */
export interface CertificateStore {
  readonly name: string;
  /** Where its files lie; absent: it has none. */
  readonly folder?: string;
  /** One entry after the other: nothing of the last one is needed for the next. */
  entries(): Iterable<StoreEntry>;
  /**
   * Puts on disk what has been repaired since the last time; absent: each repair does so itself.
   * @throws Failure certificate-store-refused
   */
  sync?(): void;
}

export interface StoreEntry {
  /** Path of a file, or thumbprint. */
  readonly place: string;
  /** @throws Error of the system; what the entry holds never makes it throw */
  look(options: ExamineOptions): LookedAt;
}

export interface LookedAt {
  readonly thumbprints: readonly string[];
  readonly names: readonly string[];
  readonly findings: readonly Finding[];
  /** Absent: nothing is to be repaired. @returns where the old state was kept; null: the store keeps none */
  readonly repair?: () => string | null;
}
