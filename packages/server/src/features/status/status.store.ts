import type { StatusMessageParams } from '@tenkai/domain/status-message.ts';
import type { Generated } from 'kysely';
import type { Tx } from '../../kernel/database/database.ts';
import { insertCounted, insertRows } from '../../kernel/database/many-rows.ts';

declare module '../../kernel/database/tables.ts' {
  interface Tables {
    status_messages: StatusRow;
    status_objects: { kind: string; id: string; seq: number };
  }
}

export type Severity = 'info' | 'warning' | 'error';

export interface StatusRow {
  seq: Generated<number>;
  at: number;
  message_id: number;
  code: string;
  severity: Severity;
  component: string;
  machine_id: string | null;
  params: string;
}

export interface NewStatusMessage {
  readonly at: number;
  readonly messageId: number;
  readonly code: string;
  readonly severity: Severity;
  readonly component: string;
  readonly machineId: string | null;
  readonly objects: readonly { readonly kind: string; readonly id: string }[];
  readonly params: StatusMessageParams;
}

/** Adds messages and what they are about. Returns their numbers, in the order of the messages. */
export async function insertMessages(tx: Tx, messages: readonly NewStatusMessage[]): Promise<number[]> {
  const rows = messages.map(({ at, messageId, code, severity, component, machineId, params }) => [
    at,
    messageId,
    code,
    severity,
    component,
    machineId,
    JSON.stringify(params),
  ]);
  const insert =
    'INSERT INTO status_messages (at, message_id, code, severity, component, machine_id, params)';
  const numbers = await insertCounted(tx, { insert, key: 'seq' }, rows);
  const objects = messages.flatMap((message, index) =>
    message.objects.map(({ kind, id }) => [kind, id, numbers[index] ?? 0]),
  );
  await insertRows(tx, 'INSERT INTO status_objects (kind, id, seq)', objects, 'ON CONFLICT DO NOTHING');
  return numbers;
}

/** Deletes at most `limit` messages older than `before`; returns how many. */
export async function deleteMessagesBefore(tx: Tx, before: number, limit: number): Promise<number> {
  const { changes } = await tx.run(
    'DELETE FROM status_messages WHERE seq IN (SELECT seq FROM status_messages WHERE at < ? ORDER BY at LIMIT ?)',
    [before, limit],
  );
  return changes;
}
