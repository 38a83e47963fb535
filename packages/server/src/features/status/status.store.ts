import type { StatusMessageParams } from '@tenkai/domain/status-message.ts';
import type { Generated } from 'kysely';
import type { Tx } from '../../kernel/database/database.ts';

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

/** Adds a message and what it is about. */
export async function insertMessage(tx: Tx, message: NewStatusMessage): Promise<number> {
  const row = await tx.one<{ seq: number }>(
    `INSERT INTO status_messages (at, message_id, code, severity, component, machine_id, params)
     VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING seq`,
    [
      message.at,
      message.messageId,
      message.code,
      message.severity,
      message.component,
      message.machineId,
      JSON.stringify(message.params),
    ],
  );
  const seq = row?.seq ?? 0;
  for (const { kind, id } of message.objects) {
    await tx.run('INSERT INTO status_objects (kind, id, seq) VALUES (?, ?, ?) ON CONFLICT DO NOTHING', [
      kind,
      id,
      seq,
    ]);
  }
  return seq;
}

/** Deletes at most `limit` messages older than `before`; returns how many. */
export async function deleteMessagesBefore(tx: Tx, before: number, limit: number): Promise<number> {
  const { changes } = await tx.run(
    'DELETE FROM status_messages WHERE seq IN (SELECT seq FROM status_messages WHERE at < ? ORDER BY at LIMIT ?)',
    [before, limit],
  );
  return changes;
}
