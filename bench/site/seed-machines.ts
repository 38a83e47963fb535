import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readAgentKey } from '@tenkai/server/features/enrollment/proof.ts';
import { insertPresence } from '@tenkai/server/features/machines/presence/presence.store.ts';
import type { Database, Tx } from '@tenkai/server/kernel/database/database.ts';
import { migrate } from '@tenkai/server/kernel/database/migrate.ts';
import { openDatabase } from '@tenkai/server/kernel/database/open-database.ts';
import { newId } from '@tenkai/server/kernel/ids.ts';
import { migrations } from '@tenkai/server/migrations/index.ts';
import { createRandom } from './random.ts';

/** A machine as the site knows it before anything is measured: enrolled, never heard of. */
export interface SeededMachine {
  readonly id: string;
  readonly name: string;
  /** Null unless keys were asked for. */
  readonly signingKey: KeyObject | null;
}

export interface SeedOptions {
  readonly dataDir: string;
  readonly count: number;
  readonly seed: number;
  /** Each with a key pair of its own: what the agents' door needs. */
  readonly withKeys: boolean;
}

const systems = [
  ['Debian GNU/Linux 12', 'x64'],
  ['Debian GNU/Linux 13', 'x64'],
  ['Ubuntu 24.04 LTS', 'x64'],
  ['Windows 11 Enterprise', 'x64'],
  ['Windows Server 2022', 'x64'],
  ['Debian GNU/Linux 12', 'arm64'],
] as const;
const sites = ['tokyo', 'osaka', 'nagoya', 'sapporo', 'fukuoka', 'sendai'];
const perTransaction = 2000;
const enrolledAt = 1_750_000_000_000;

/** Fills the database of a data folder by bulk, in the tables that enrollment and machines own. */
export async function seedMachines(options: SeedOptions): Promise<SeededMachine[]> {
  await mkdir(options.dataDir, { recursive: true, mode: 0o700 });
  const db = await openDatabase({ file: join(options.dataDir, 'tenkai.db') });
  try {
    await migrate(db, migrations, Date.now());
    return await insertAll(db, options);
  } finally {
    await db.close();
  }
}

async function insertAll(db: Database, { count, seed, withKeys }: SeedOptions): Promise<SeededMachine[]> {
  const random = createRandom(seed);
  const machines: SeededMachine[] = [];
  while (machines.length < count) {
    await db.transaction(async (tx) => {
      const end = Math.min(count, machines.length + perTransaction);
      for (let index = machines.length; index < end; index += 1)
        machines.push(await insertOne(tx, { index, random, withKeys }));
    });
  }
  return machines;
}

interface Place {
  readonly index: number;
  readonly random: () => number;
  readonly withKeys: boolean;
}

async function insertOne(tx: Tx, { index, random, withKeys }: Place): Promise<SeededMachine> {
  const id = newId(enrolledAt + index);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const [system, architecture] = pick(systems);
  const name = `${pick(sites)}-${pick(['pc', 'srv', 'lab'])}-${String(index).padStart(6, '0')}`;
  const address = `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;
  const activity = random() < 0.97 ? 'idle' : pick(['waiting', 'running', 'error']);
  await tx.run(
    `INSERT INTO machines (id, name, name_key, enrollment, enrolled_at, hardware_fingerprint, power_state,
       activity, operating_system, service_pack, architecture, address, agent_version, last_run_name,
       last_run_status, last_run_at, properties)
     VALUES (?, ?, ?, 'enrolled', ?, ?, ?, ?, ?, '', ?, ?, '0.1.0', NULL, NULL, NULL, '{}')`,
    [
      id,
      name,
      name,
      enrolledAt + index,
      fingerprint(index),
      withKeys ? 'unknown' : pick(['on', 'on', 'on', 'off', 'unreachable']),
      activity,
      system,
      architecture,
      address,
    ],
  );
  await insertPresence(tx, id, true);
  // As after its first whole inventory.
  const lastSeenAt = withKeys ? 0 : enrolledAt + Math.floor(random() * 86_400_000);
  await tx.run('UPDATE machines_presence SET wants_inventory = 0, last_seen_at = ? WHERE machine_id = ?', [
    lastSeenAt,
    id,
  ]);
  return { id, name, signingKey: withKeys ? await insertKey(tx, id, name, index) : null };
}

async function insertKey(tx: Tx, id: string, name: string, index: number): Promise<KeyObject> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  const { text, thumbprint } = readAgentKey('signing', spki);
  await tx.run(
    `INSERT INTO enrollment_identities (machine_id, key_thumbprint, signing_key, encryption_key, fingerprints,
       status, asked_name, asked_at) VALUES (?, ?, ?, ?, ?, 'enrolled', ?, ?)`,
    [id, thumbprint, text, text, JSON.stringify([fingerprint(index)]), name, enrolledAt],
  );
  return privateKey;
}

function fingerprint(index: number): string {
  return index.toString(16).padStart(64, '0');
}
