import { join } from 'node:path';
import { type App, createApp } from '@tenkai/server/app.ts';
import { systemClock } from '@tenkai/server/kernel/clock.ts';
import { migrate } from '@tenkai/server/kernel/database/migrate.ts';
import { openDatabase } from '@tenkai/server/kernel/database/open-database.ts';
import { openKeyChain } from '@tenkai/server/kernel/keys/key-chain.ts';
import { serverNames } from '@tenkai/server/kernel/keys/key-files.ts';
import { createLog } from '@tenkai/server/kernel/log.ts';
import { migrations } from '@tenkai/server/migrations/index.ts';

/** Opens the server on a data folder in this process, without a door, for as long as `work` takes. */
export async function withApp<T>(dataDir: string, work: (app: App) => Promise<T>): Promise<T> {
  const log = createLog({ level: 'warn' });
  const db = await openDatabase({ file: join(dataDir, 'tenkai.db') });
  await migrate(db, migrations, Date.now());
  const dir = join(dataDir, 'keys');
  const keys = await openKeyChain({ dir, siteCode: 'BEN', names: serverNames([]), clock: systemClock, log });
  const app = await createApp({ dataDir, db, clock: systemClock, log, keys, siteCode: 'BEN' });
  await app.start();
  try {
    return await work(app);
  } finally {
    await app.stop();
  }
}
