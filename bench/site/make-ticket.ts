import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { insertTicket } from '@tenkai/server/features/enrollment/enrollment.store.ts';
import { hashSecret } from '@tenkai/server/kernel/access/access.ts';
import { migrate } from '@tenkai/server/kernel/database/migrate.ts';
import { openDatabase } from '@tenkai/server/kernel/database/open-database.ts';
import { newId, newSecret } from '@tenkai/server/kernel/ids.ts';
import { migrations } from '@tenkai/server/migrations/index.ts';

/** Puts an enrollment ticket into the database of a site that is not running. @returns its secret */
export async function makeTicket(dataDir: string): Promise<string> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const db = await openDatabase({ file: join(dataDir, 'tenkai.db') });
  try {
    const now = Date.now();
    await migrate(db, migrations, now);
    const secret = newSecret();
    await db.transaction((tx) =>
      insertTicket(tx, {
        id: newId(now),
        name: 'benchmark',
        secret_hash: hashSecret(secret),
        created_at: now,
        expires_at: now + 3_600_000,
        max_uses: 100,
        uses: 0,
        revoked_at: null,
      }),
    );
    return secret;
  } finally {
    await db.close();
  }
}
