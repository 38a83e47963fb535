import type { Tx } from '../../kernel/database/database.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Sites } from '../sites/index.ts';
import { addStatusRoutes } from './status.routes.ts';
import { appendAllStatus, pruneStatus, type StatusMessageInput } from './status.ts';

export type { StatusMessageInput } from './status.ts';

export interface Status {
  /** Adds a status message in the transaction of what it tells of. */
  append(tx: Tx, message: StatusMessageInput): Promise<void>;
  /** Many, in their order. */
  appendAll(tx: Tx, messages: readonly StatusMessageInput[]): Promise<void>;
  /** The same where there is nothing else to write. */
  note(message: StatusMessageInput): Promise<void>;
}

const pruneEveryMs = 6 * 3_600_000;

export function registerStatus(kernel: Kernel, { sites }: { sites: Sites }): Status {
  kernel.live.expose('status.recorded', {
    permission: 'view',
    message: ({ severity }) => ({ topic: 'status', facts: { severity } }),
    machineId: ({ machineId }) => machineId,
  });
  kernel.jobs.every('status.prune', pruneEveryMs, ({ signal }) => pruneStatus(kernel, signal));
  addStatusRoutes(kernel, sites.code);
  const status: Status = {
    append: (tx, message) => appendAllStatus(kernel, tx, [message]),
    appendAll: (tx, messages) => appendAllStatus(kernel, tx, messages),
    note: (message) => kernel.db.transaction((tx) => appendAllStatus(kernel, tx, [message])),
  };
  kernel.jobs.onGivenUp(async (job, error) => {
    await status.note({ severity: 'error', component: 'jobs', code: 'job.failed', params: { job, error } });
  });
  return status;
}
