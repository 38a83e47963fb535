import { renameSync, writeFileSync } from 'node:fs';
import type { DataFolder } from '../data-folder.ts';
import { readJson } from '../durable-file.ts';
import type { ProcessIdentity } from '../platform/platform.ts';

/** What the service says of itself, for the status command: the latest fact, of no use after a restart. */
export interface ServiceStatus {
  readonly process: ProcessIdentity;
  /** Of the service, which may be another one than that of the program that asks; absent before 0.1.0. */
  readonly version?: string;
  readonly startedAt: number;
  readonly isConnected: boolean;
  /** Why there is no enrollment or no connection, and what to do; empty: all is well. */
  readonly trouble: string;
  /** Absent before 0.1.0. */
  readonly troubleCode?: string | null;
  readonly troubleParams?: Readonly<Record<string, unknown>>;
  readonly lastCheckInAt: number | null;
  readonly lastOrdersAt: number | null;
  readonly lastInventoryAt: number | null;
  readonly activeRuns: readonly string[];
}

export function openStatusFile(data: DataFolder, first: ServiceStatus) {
  let status = first;
  const write = () => {
    const file = `${data.status}.new`;
    writeFileSync(file, `${JSON.stringify(status)}\n`, { mode: 0o644 });
    renameSync(file, data.status);
  };
  write();
  return {
    get: () => status,
    set(change: Partial<ServiceStatus>) {
      status = { ...status, ...change };
      try {
        write();
      } catch {
        // A full disk: the next change tries again.
      }
    },
  };
}
export type StatusFile = ReturnType<typeof openStatusFile>;

export function readStatus(data: DataFolder): ServiceStatus | undefined {
  return readJson<ServiceStatus>(data.status);
}
