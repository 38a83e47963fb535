import type { AvailableReply } from '@tenkai/protocol/agent/available.ts';
import type { Boundary } from '../boundary.ts';
import type { DataFolder } from '../data-folder.ts';
import type { Fallback } from '../fallback/fallback.ts';
import type { Log } from '../log.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { Platform } from '../platform/platform.ts';
import type { Settings } from '../settings.ts';
import type { StatusFile } from './status-file.ts';
import type { Supervisor } from './supervise.ts';

/** What the parts of the service have in common. */
export interface Service {
  readonly data: DataFolder;
  readonly settings: Settings;
  readonly platform: Platform;
  readonly outbox: Outbox;
  readonly log: Log;
  readonly status: StatusFile;
  readonly supervisor: Supervisor;
  readonly fallback: Fallback;
  readonly boundary: Boundary;
  readonly now: () => number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stop: AbortSignal;
  /** Called when a run was closed; the part that reports inventories sets it. */
  onRunClosed: () => void;
  /** Asks the site what is available to this machine; null while there is no connection with one. */
  askSite: ((signal: AbortSignal) => Promise<AvailableReply>) | null;
}
