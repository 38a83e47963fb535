import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { dumpSchema } from '../kernel/database/dump-schema.ts';
import { migrate } from '../kernel/database/migrate.ts';
import { openDatabase } from '../kernel/database/open-database.ts';
import { migrations } from './index.ts';

onBothEngines(
  'the migrations make exactly the schema file (else: node scripts/dump-schema.ts)',
  async (t, under) => {
    const dir = await mkdtemp(join(tmpdir(), 'tenkai-schema-'));
    const db = await openDatabase(
      under.databaseUrl ? { url: under.databaseUrl } : { file: join(dir, 'schema.db') },
    );
    atEnd(t, async () => {
      await db.close();
      await rm(dir, { recursive: true });
    });
    await migrate(db, migrations, 0);
    const expected = await readFile(join(import.meta.dirname, `../schema.${under.engine}.sql`), 'utf8');
    assert.equal(await dumpSchema(db.read), expected);
  },
);
