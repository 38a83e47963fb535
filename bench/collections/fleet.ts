import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import { collectionRoutes } from '@tenkai/protocol/api/collections.ts';
import type { App } from '@tenkai/server/app.ts';
import { markStale, noteChange } from '@tenkai/server/features/collections/collections.store.ts';
import { makeInventory, softwarePool, wholeInventoryReport } from '../site/inventories.ts';
import { createRandom } from '../site/random.ts';
import type { SeededMachine } from '../site/seed-machines.ts';

/** Rules of the kinds that administrators write, over what the fleet differs in. */
function ruleOf(index: number): string {
  const has = (step: number) =>
    `software has "${softwarePool[(index * 37 + step * 11) % softwarePool.length]?.name}"`;
  switch (index % 5) {
    case 0:
      return `hardware.serial = "SN${index.toString(36).toUpperCase().padStart(8, '0')}"`;
    case 1:
      return `hardware.model = "Office ${1 + (index % 6)}" and hardware.memoryBytes >= ${(8 + 8 * (index % 4)) * 2 ** 30}`;
    case 2:
      return `${has(0)} and ${has(1)} and not ${has(2)}`;
    default:
      return `${has(0)} and ${has(1)}`;
  }
}

/** Made while there are no machines: what is measured is the judging. */
export async function seedCollections({ kernel, users }: App, count: number): Promise<void> {
  const { secret } = await users.createWithToken({ name: 'benchmark', role: 'administrator' });
  for (let index = 0; index < count; index += 1) {
    const query = ruleOf(index);
    const answer = await kernel.http.fastify.inject({
      method: 'POST',
      url: collectionRoutes.create.path,
      headers: { authorization: `Bearer ${secret}` },
      payload: {
        name: `Collection ${index}`,
        limitingCollectionId: null,
        rules: [{ kind: 'query', name: 'by query', query }],
      },
    });
    if (answer.statusCode >= 300) throw new Error(answer.body);
  }
}

/** Every machine by every rule, as after a change of all rules. */
export async function judgeAllAgain({ kernel, collections }: App): Promise<void> {
  const rows = await kernel.db.read.all<{ id: string; revision: number }>(
    'SELECT id, revision FROM collections',
  );
  await kernel.db.transaction(async (tx) => {
    for (const { id, revision } of rows) await markStale(tx, id, revision);
  });
  await collections.settled();
}

export interface Change {
  readonly machines: readonly SeededMachine[];
  readonly count: number;
  readonly seed: number;
  readonly round: number;
}

/** Which of them changes. */
export function machinesOf({ machines, count, round }: Change): SeededMachine[] {
  return Array.from(
    { length: count },
    (_, place) => machines[(place * 101 + round * 7) % machines.length] as SeededMachine,
  );
}

/** These machines by every rule. */
export async function judgeAgain({ kernel, collections }: App, machines: readonly SeededMachine[]) {
  await kernel.db.transaction(async (tx) => {
    for (const { id } of machines) await noteChange(tx, id, null);
  });
  await collections.settled();
}

/** Machines send whole inventories that differ from the ones before in everything; resolves when all is judged. */
export async function changeSome({ kernel, collections }: App, change: Change): Promise<void> {
  const { seed, round } = change;
  const take = kernel.http.agentRoutes.get(`POST ${agentPaths.reports}`);
  if (!take) throw new Error('reports are not taken');
  const random = createRandom(seed);
  const sent = machinesOf(change).map(async (machine, place) => {
    const report = wholeInventoryReport(makeInventory(random, place + round * 1000));
    const body = { outbox: `outbox-${machine.id}`, reports: [{ number: round, report }] };
    const claims = { machineId: machine.id, keyThumbprint: '', expiresAt: Number.MAX_SAFE_INTEGER };
    const reply = (await take(claims, { query: {}, body })) as { acknowledged: number };
    if (reply.acknowledged !== round) throw new Error(`${machine.name} was not taken`);
  });
  await Promise.all(sent);
  await collections.settled();
}

/** Each member as `collection machine`. */
export async function membersByRule({ kernel }: App): Promise<Set<string>> {
  const rows = await kernel.db.read.all<{ collection_id: string; machine_id: string }>(
    'SELECT collection_id, machine_id FROM collections_members',
  );
  return new Set(rows.map((row) => `${row.collection_id} ${row.machine_id}`));
}
