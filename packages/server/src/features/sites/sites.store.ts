import { SiteSettings } from '@tenkai/protocol/api/site.ts';
import { USUAL_POOL } from '@tenkai/transfer/multicast/address-pool.ts';
import * as Value from 'typebox/value';
import type { Reader, Tx } from '../../kernel/database/database.ts';

declare module '../../kernel/database/tables.ts' {
  interface Tables {
    sites_sites: { code: string; name: string; created_at: number };
    sites_settings: { name: string; value: string };
  }
}

export interface SiteRow {
  readonly code: string;
  readonly name: string;
  readonly created_at: number;
}

export const defaultSettings: SiteSettings = {
  concurrency: 50,
  heartbeatMs: 300_000,
  heartbeatJitterMs: 60_000,
  silentAfterMs: 86_400_000,
  holdCommandsMs: 600_000,
  nextStartLimit: 100,
  wakePort: 9,
  multicast: true,
  multicastInterface: null,
  multicastFirst: USUAL_POOL.first,
  multicastLast: USUAL_POOL.last,
  multicastFirstPort: USUAL_POOL.firstPort,
  multicastSessions: USUAL_POOL.sessions,
  multicastBytesPerSecond: null,
  multicastTtl: 1,
  agentAddress: null,
  pushProperties: '',
};

export async function loadSite(read: Reader): Promise<SiteRow | undefined> {
  return read.sql.selectFrom('sites_sites').selectAll().executeTakeFirst();
}

export async function insertSite(tx: Tx, site: SiteRow) {
  await tx.sql.insertInto('sites_sites').values(site).execute();
}

export async function updateSiteName(tx: Tx, name: string) {
  await tx.sql.updateTable('sites_sites').set({ name }).execute();
}

/** Settings of the table over the defaults; one that no longer fits its schema counts as absent. */
export async function loadSettings(read: Reader): Promise<SiteSettings> {
  const rows = await read.sql.selectFrom('sites_settings').selectAll().execute();
  const settings: Record<string, unknown> = { ...defaultSettings };
  for (const { name, value } of rows) {
    const schema = SiteSettings.properties[name as keyof SiteSettings];
    if (schema && Value.Check(schema, JSON.parse(value))) settings[name] = JSON.parse(value);
  }
  return settings as SiteSettings;
}

export async function saveSetting(tx: Tx, name: string, value: unknown) {
  await tx.sql
    .insertInto('sites_settings')
    .values({ name, value: JSON.stringify(value) })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: JSON.stringify(value) }))
    .execute();
}
