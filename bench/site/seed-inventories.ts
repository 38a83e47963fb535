import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { ensureEntries } from '@tenkai/server/features/machines/inventory/software.store.ts';
import { softwareTexts } from '@tenkai/server/features/machines/inventory/software-catalogue.ts';
import { packVarints } from '@tenkai/server/features/machines/inventory/varints.ts';
import { openDatabase } from '@tenkai/server/kernel/database/open-database.ts';
import { makeInventory, pickSoftware, softwarePool } from './inventories.ts';
import { createRandom } from './random.ts';
import type { SeededMachine } from './seed-machines.ts';

const perTransaction = 2000;

/** Gives every machine an inventory of usual size, so that the database and its caches are as large as they would be. */
export async function seedInventories(
  { dataDir, seed }: { dataDir: string; seed: number },
  machines: readonly SeededMachine[],
) {
  const db = await openDatabase({ file: join(dataDir, 'tenkai.db') });
  const random = createRandom(seed + 1);
  const sample = makeInventory(random, 0);
  try {
    const texts = softwareTexts(softwarePool).entries;
    const rows = await db.transaction((tx) => ensureEntries(tx, texts));
    const idOf = new Map(rows.map(({ id, entry }) => [entry, id]));
    const ids = texts.map((text) => idOf.get(text) as number);
    for (let at = 0; at < machines.length; at += perTransaction) {
      await db.transaction(async (tx) => {
        for (const { id, name } of machines.slice(at, at + perTransaction)) {
          await tx.run(
            `INSERT INTO machines_inventory (machine_id, digest, is_exact, received_at, hardware, network,
               operating_system, agent, software, installed_at) VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?, NULL)`,
            [
              id,
              createHash('sha256').update(id).digest('hex'),
              1_750_000_000_000,
              JSON.stringify(sample.hardware),
              JSON.stringify({ ...sample.network, hostname: name }),
              JSON.stringify(sample.operatingSystem),
              JSON.stringify(sample.agent),
              packVarints(pickSoftware(random).map((index) => ids[index] as number)),
            ],
          );
        }
      });
    }
  } finally {
    await db.close();
  }
}
