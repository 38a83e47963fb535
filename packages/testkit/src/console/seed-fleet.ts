import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { insertPresence } from '@tenkai/server/features/machines/presence/presence.store.ts';
import type { Tx } from '@tenkai/server/kernel/database/database.ts';
import { migrate } from '@tenkai/server/kernel/database/migrate.ts';
import { openDatabase } from '@tenkai/server/kernel/database/open-database.ts';
import { newId } from '@tenkai/server/kernel/ids.ts';
import { migrations } from '@tenkai/server/migrations/index.ts';

const perTransaction = 5000;
const enrolledAt = 1_750_000_000_000;
const systems = [
  'Debian GNU/Linux 12 (bookworm)',
  'Ubuntu 24.04.1 LTS',
  'Windows 11 Enterprise',
  'Rocky Linux 9.4',
];
const powerStates = ['on', 'on', 'off', 'unreachable', 'booting', 'restarting', 'unknown'];
const activities = ['idle', 'idle', 'waiting', 'patching', 'idle', 'running', 'error'];
const lastEnds = ['succeeded', 'succeeded', 'failed', 'not-applicable', 'cancelled'];

/** The name of a machine: in the order of the list. */
export function fleetName(index: number): string {
  return `pc-${String(index).padStart(6, '0')}`;
}

/** Fills the database of a site that was never started with machines, by bulk. */
export async function seedFleet(dataDir: string, count: number): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const db = await openDatabase({ file: join(dataDir, 'tenkai.db') });
  try {
    await migrate(db, migrations, Date.now());
    for (let from = 0; from < count; from += perTransaction) {
      await db.transaction(async (tx) => {
        for (let index = from; index < Math.min(count, from + perTransaction); index += 1)
          await insertMachine(tx, index);
      });
    }
  } finally {
    await db.close();
  }
}

async function insertMachine(tx: Tx, index: number): Promise<void> {
  const id = newId(enrolledAt + index);
  const name = fleetName(index);
  const address = `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;
  const of = (list: readonly string[]) => list[index % list.length] ?? '';
  await tx.run(
    `INSERT INTO machines (id, name, name_key, enrollment, enrolled_at, hardware_fingerprint, power_state, activity,
       operating_system, service_pack, architecture, address, agent_version, last_run_name, last_run_status,
       last_run_at, properties)
     VALUES (?, ?, ?, 'enrolled', ?, ?, ?, ?, ?, '', 'x64', ?, '0.1.0', 'Security update', ?, ?, '{}')`,
    [
      id,
      name,
      name,
      enrolledAt + index,
      index.toString(16).padStart(64, '0'),
      of(powerStates),
      of(activities),
      of(systems),
      address,
      of(lastEnds),
      enrolledAt,
    ],
  );
  await insertPresence(tx, id, true);
}
