import type { TroubleKind } from '@tenkai/protocol/agent/fallback.ts';
import type { LostMachine } from '@tenkai/protocol/api/fallback.ts';
import type { Reader, Tx } from '../../kernel/database/database.ts';

interface Row {
  id: string;
  sender: string;
  name: string;
  address: string;
  operating_system: string;
  agent_version: string;
  kind: TroubleKind;
  code: string;
  detail: string;
  server: string;
  first_at: number;
  last_at: number;
}

declare module '../../kernel/database/tables.ts' {
  interface Tables {
    fallback_machines: Row;
  }
}

export async function findBySender(read: Reader, sender: string): Promise<Row | undefined> {
  return read.sql.selectFrom('fallback_machines').selectAll().where('sender', '=', sender).executeTakeFirst();
}

/** Latest first, all of them: there is a limit to their number. The sender is nobody's business. */
export async function listMachines(read: Reader): Promise<LostMachine[]> {
  const rows = await read.sql
    .selectFrom('fallback_machines')
    .selectAll()
    .orderBy('last_at', 'desc')
    .orderBy('id')
    .execute();
  return rows.map(({ sender: _, operating_system, agent_version, first_at, last_at, ...row }) => ({
    ...row,
    operatingSystem: operating_system,
    agentVersion: agent_version,
    firstAt: first_at,
    lastAt: last_at,
  }));
}

export async function saveMachine(tx: Tx, machine: LostMachine & { readonly sender: string }): Promise<void> {
  const { operatingSystem, agentVersion, firstAt, lastAt, ...rest } = machine;
  const values = {
    ...rest,
    operating_system: operatingSystem,
    agent_version: agentVersion,
    first_at: firstAt,
    last_at: lastAt,
  };
  await tx.sql
    .insertInto('fallback_machines')
    .values(values)
    .onConflict((conflict) => conflict.column('sender').doUpdateSet(values))
    .execute();
}

export async function deleteMachine(tx: Tx, id: string): Promise<boolean> {
  const { changes } = await tx.run('DELETE FROM fallback_machines WHERE id = ?', [id]);
  return changes > 0;
}

export async function deleteMachinesBefore(tx: Tx, at: number): Promise<void> {
  await tx.run('DELETE FROM fallback_machines WHERE last_at < ?', [at]);
}

/** Leaves the newest of one address, and of all. */
export async function deleteOldestBut(
  tx: Tx,
  { address, ofAddress, ofAll }: { address: string; ofAddress: number; ofAll: number },
): Promise<void> {
  await tx.run(
    `DELETE FROM fallback_machines WHERE address = ? AND id NOT IN
       (SELECT id FROM fallback_machines WHERE address = ? ORDER BY last_at DESC, id DESC LIMIT ?)`,
    [address, address, ofAddress],
  );
  await tx.run(
    `DELETE FROM fallback_machines WHERE id NOT IN
       (SELECT id FROM fallback_machines ORDER BY last_at DESC, id DESC LIMIT ?)`,
    [ofAll],
  );
}
