/** Started by sqlite.test.ts: writes rows one after another and says which are confirmed, until it is killed. */

import { migrate } from './migrate.ts';
import { openDatabase } from './open-database.ts';

const db = await openDatabase({ file: process.argv[2] ?? '' });
const sample = {
  id: '0001-sample',
  name: 'rows',
  up: () => ['CREATE TABLE sample (n INTEGER NOT NULL PRIMARY KEY)'],
};
await migrate(db, [sample], 1);
for (let n = 0; ; n += 1) {
  await db.transaction((tx) => tx.run('INSERT INTO sample (n) VALUES (?)', [n]));
  process.send?.(n);
}
