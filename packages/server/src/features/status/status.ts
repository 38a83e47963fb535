import { type StatusMessageParams, statusMessageId } from '@tenkai/domain/status-message.ts';
import type { Tx } from '../../kernel/database/database.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import {
  deleteMessagesBefore,
  insertMessages,
  type NewStatusMessage,
  type Severity,
} from './status.store.ts';

declare module '../../kernel/events.ts' {
  interface EventMap {
    'status.recorded': { seq: number; severity: Severity; machineId: string | null };
  }
}

/** Something that happened and that an administrator may want to read later. */
export interface StatusMessageInput {
  readonly severity: Severity;
  /** Part of the site or of an agent that speaks, such as `deployments` or `agent`. */
  readonly component: string;
  /** From the table of domain/status-message.ts. */
  readonly code: string;
  readonly machineId?: string | null | undefined;
  /** Objects on whose pages the message shows, besides the machine's. */
  readonly objects?: readonly { readonly kind: string; readonly id: string }[] | undefined;
  readonly params: StatusMessageParams;
  /** When it happened, epoch ms, where that was not now (an agent reports later). */
  readonly at?: number | undefined;
}

/** Adds messages in the transaction of what they tell of. */
export async function appendAllStatus(
  { clock, events }: Pick<Kernel, 'clock' | 'events'>,
  tx: Tx,
  inputs: readonly StatusMessageInput[],
) {
  const now = clock.now();
  const numbers = await insertMessages(
    tx,
    inputs.map((input) => toMessage(input, now)),
  );
  // Only open pages care: after a crash they load the list again anyway.
  tx.afterCommit(() => {
    for (const [index, { severity, machineId = null }] of inputs.entries())
      events.announce('status.recorded', { seq: numbers[index] ?? 0, severity, machineId });
  });
}

function toMessage(input: StatusMessageInput, now: number): NewStatusMessage {
  const machineId = input.machineId ?? null;
  const machine = machineId === null ? [] : [{ kind: 'machine', id: machineId }];
  return {
    at: input.at ?? now,
    messageId: statusMessageId(input.code),
    code: input.code,
    severity: input.severity,
    component: input.component,
    machineId,
    objects: [...machine, ...(input.objects ?? [])],
    params: input.params,
  };
}

const keepMs = 180 * 86_400_000;
const deleteAtOnce = 2000;

/** Forgets old messages, a bounded number in each transaction so that reports never wait long. */
export async function pruneStatus({ db, clock }: Pick<Kernel, 'db' | 'clock'>, signal: AbortSignal) {
  const before = clock.now() - keepMs;
  for (let deleted = deleteAtOnce; deleted === deleteAtOnce && !signal.aborted; ) {
    deleted = await db.transaction((tx) => deleteMessagesBefore(tx, before, deleteAtOnce));
  }
}
