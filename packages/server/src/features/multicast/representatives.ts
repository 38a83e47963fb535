import type { RepresentativeRow, RepresentativeRule } from '@tenkai/protocol/api/multicast.ts';
import type { Caller } from '../../kernel/access/caller.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Machines } from '../machines/index.ts';
import { forgetRule, listRules, ruleOf, saveRule } from './representatives.store.ts';

type Deps = Pick<Kernel, 'db' | 'audit' | 'clock' | 'events'> & {
  readonly machines: Pick<Machines, 'requireVisible' | 'visibleIds'>;
};

/**
 * An administrator names a machine that fetches for its subnet before others, or forbids it. It counts from the next
 * choice on; a session that runs goes on.
 * @param rule `automatic`: by its merits, as all others
 * @throws Failure not-found
 */
export async function setRepresentative(
  deps: Deps,
  caller: Caller,
  machineId: string,
  rule: RepresentativeRule | 'automatic',
): Promise<void> {
  const { db, audit, clock, events, machines } = deps;
  await db.transaction(async (tx) => {
    await machines.requireVisible(caller, [machineId], tx);
    const before = (await ruleOf(tx, machineId)) ?? 'automatic';
    if (before === rule) return;
    if (rule === 'automatic') await forgetRule(tx, machineId);
    else await saveRule(tx, { machine_id: machineId, rule, set_by: caller.name, set_at: clock.now() });
    const act = { action: 'multicast.representative-set', object: `machine:${machineId}` };
    await audit.record(tx, { actor: caller, ...act, details: { before, rule } });
    await events.publish(tx, 'multicast.changed', {});
  });
}

/** As far as the caller may see the machines. */
export async function listRepresentatives(
  { db, machines }: Pick<Deps, 'db' | 'machines'>,
  caller: Caller,
): Promise<RepresentativeRow[]> {
  const rows = await listRules(db.read);
  const ids = rows.map(({ machine_id }) => machine_id);
  const visible = await machines.visibleIds(caller, ids);
  return rows
    .filter(({ machine_id }) => visible.has(machine_id))
    .map((row) => ({
      ...{ machineId: row.machine_id, machineName: row.machine_name, rule: row.rule },
      ...{ setBy: row.set_by, setAt: row.set_at },
    }));
}
