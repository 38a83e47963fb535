import type { Reader } from '../../kernel/database/database.ts';

/** How the names of a kind of object are read, by ids. */
export const named: Readonly<Record<string, string>> = {
  collection: 'SELECT id, name FROM collections WHERE id IN',
  deployment: 'SELECT id, name FROM deployments_deployments WHERE id IN',
  'distribution-point': 'SELECT id, name FROM content_points WHERE id IN',
  machine: 'SELECT id, name FROM machines WHERE id IN',
  repository: 'SELECT id, name FROM repositories WHERE id IN',
  run: `SELECT r.id, d.name || ' / ' || m.name AS name FROM deployments_runs r
    JOIN deployments_deployments d ON d.id = r.deployment_id
    JOIN machines m ON m.id = r.machine_id WHERE r.id IN`,
  scenario: 'SELECT id, name FROM scenarios WHERE id IN',
  ticket: 'SELECT id, name FROM enrollment_tickets WHERE id IN',
  token: 'SELECT id, name FROM users_tokens WHERE id IN',
  user: 'SELECT id, name FROM users_users WHERE id IN',
};

/**
 * The present names of objects such as `machine:0198…`; those that are gone, and those whose id people chose
 * themselves (packages, sites), are absent.
 */
export async function objectNames(read: Reader, objects: readonly string[]): Promise<Map<string, string>> {
  const byKind = Map.groupBy(new Set(objects), (object) => object.slice(0, object.indexOf(':')));
  const names = new Map<string, string>();
  for (const [kind, all] of byKind) {
    const select = named[kind];
    if (select === undefined) continue;
    const ids = all.map((object) => object.slice(kind.length + 1));
    const rows = await read.all<{ id: string; name: string }>(
      `${select} (${ids.map(() => '?').join(', ')})`,
      ids,
    );
    for (const { id, name } of rows) names.set(`${kind}:${id}`, name);
  }
  return names;
}
