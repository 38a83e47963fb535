import type { Network } from '@tenkai/domain';
import type { Deps } from '../needs.ts';
import type { Watch } from '../presence/watch.ts';
import type { SendWake } from './send-wake.ts';
import { wakeAgain } from './wake-again.ts';
import { planWake, type WakePlan } from './wake-targets.ts';

export interface WakeDeps extends Pick<Deps, 'db' | 'sites' | 'status' | 'channel'> {
  readonly watch: Pick<Watch, 'expect'>;
  readonly sendWake: SendWake;
}

/**
 * Sends wake packets to each machine's network cards; resolves when they are on the wire; they are repeated later.
 * @returns for each machine whether anything could be sent: not without a card that is known
 */
export async function wakeMachines(
  deps: WakeDeps,
  machineIds: readonly string[],
): Promise<Map<string, boolean>> {
  const sent = new Map<string, WakePlan>();
  for (const machineId of machineIds) {
    const plan = await wakeOne(deps, machineId);
    if (plan) sent.set(machineId, plan);
  }
  const { channel, sendWake, sites } = deps;
  wakeAgain({ isOnline: channel.isOnline, sendWake }, sent, sites.settings().wakePort);
  return new Map(machineIds.map((machineId) => [machineId, sent.has(machineId)]));
}

async function wakeOne(
  { db, sites, status, watch, sendWake }: WakeDeps,
  machineId: string,
): Promise<WakePlan | undefined> {
  const row = await db.read.one<{ network: string }>(
    'SELECT network FROM machines_inventory WHERE machine_id = ?',
    [machineId],
  );
  const plan = row ? planWake(JSON.parse(row.network) as Network) : undefined;
  if (!plan || plan.packets.length === 0) return undefined;
  const sent = await sendWake(plan, sites.settings().wakePort);
  if (sent.length === 0) return undefined;
  watch.expect(machineId);
  await status.note({
    severity: 'info',
    component: 'machines',
    code: 'machine.wake-sent',
    machineId,
    params: { macs: plan.packets.length, targets: sent.length },
  });
  return plan;
}
