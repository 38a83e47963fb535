import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database, Reader } from '@tenkai/server/kernel/database/database.ts';
import { settle } from './settle.ts';
import type { TestServer } from './start-server.ts';

/** Background work that goes on whatever requests do: due times, delivery cursors, machines to judge again. */
const restless = new Set(['kernel_jobs', 'kernel_state', 'collections_changes']);

/**
 * Every row of every table as text, to compare before and after a refused request. Left out: the kernel's own
 * book-keeping, and when a token was last used.
 */
export async function dumpTables(from: Reader | Database): Promise<Record<string, string[]>> {
  const read = 'read' in from ? from.read : from;
  const dump: Record<string, string[]> = {};
  for (const table of await tableNames(read)) {
    if (restless.has(table)) continue;
    const rows = await read.all<Record<string, unknown>>(`SELECT * FROM ${table}`);
    dump[table] = rows.map(rowText).sort();
  }
  return dump;
}

function rowText(row: Record<string, unknown>): string {
  const { last_used_at: _, ...rest } = row;
  return JSON.stringify(rest, Object.keys(rest).sort());
}

async function tableNames(read: Reader): Promise<string[]> {
  const rows = await read.all<{ name: string }>(
    read.engine === 'sqlite'
      ? "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
      : "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY table_name",
  );
  return rows.map((row) => row.name);
}

/** Hash of every file below a folder by its path there. */
export async function dumpFolder(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const hashed = files.sort().map(async (file) => {
    const hash = createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
    return [file.slice(folder.length + 1), hash] as const;
  });
  return Object.fromEntries(await Promise.all(hashed));
}

/** Everything that a request may change: all tables, and the content store. */
export async function dumpWorld(server: TestServer) {
  // The test's own users are made at their first use, which is no change of the world.
  for (const role of ['administrator', 'operator', 'viewer'] as const) await server.apiToken(role);
  await settle(server);
  const tables = await dumpTables(server.kernel.db.read);
  return { tables, store: await dumpFolder(join(server.dataDir, 'content')) };
}
