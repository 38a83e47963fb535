import type { Deps } from '../needs.ts';
import { noticeSignal } from '../power/power.ts';
import type { Watch } from './watch.ts';

/** Follows the agents' sockets: what they say about power, to consoles, and to rules that ask who is online. */
export function followPresence(deps: Deps, watch: Watch) {
  const { channel, clock, db, events, changes, log } = deps;
  /** One machine's signals are taken in their order. */
  const chains = new Map<string, Promise<void>>();

  const take = async (machineId: string, isOnline: boolean) => {
    await noticeSignal(deps, machineId, { kind: isOnline ? 'connected' : 'disconnected', at: clock.now() });
    if (changes.isInterestedIn('isOnline'))
      await db.transaction((tx) => changes.changed(tx, machineId, new Set(['isOnline'])));
  };
  channel.onPresence((machineId, isOnline) => {
    events.announce('machines.presence', { machineId, isOnline });
    if (!isOnline) watch.lost(machineId);
    const before = chains.get(machineId) ?? Promise.resolve();
    const next = before
      .then(() => take(machineId, isOnline))
      .catch((error: unknown) =>
        log.debug({ err: error, machineId }, 'a change of presence was not recorded'),
      )
      .finally(() => {
        if (chains.get(machineId) === next) chains.delete(machineId);
      });
    chains.set(machineId, next);
  });
}
