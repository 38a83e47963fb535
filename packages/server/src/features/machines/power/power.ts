import { nextPower, type PowerPicture, type PowerSignal, type PowerState } from '@tenkai/domain';
import type { Tx } from '../../../kernel/database/database.ts';
import { updateMachine } from '../machines.store.ts';
import type { Deps } from '../needs.ts';
import { findPresence, pictureOf, savePower } from '../presence/presence.store.ts';
import type { Told } from '../reports/report-handler.ts';
import '../events.ts';

export type SignalDeps = Pick<Deps, 'changes'> & Told;
export type PowerDeps = SignalDeps & Pick<Deps, 'db'>;

/** Lets a signal change the power of a machine: list, history, event and collections in one transaction. */
export async function applySignal(
  deps: SignalDeps,
  tx: Tx,
  machineId: string,
  { before, signal }: { before: PowerPicture; signal: PowerSignal },
): Promise<PowerPicture> {
  const after = nextPower(before, signal);
  if (after.power !== before.power) await tellPower(deps, tx, machineId, before.power, after.power);
  return after;
}

/**
 * The same for a signal that comes alone, from the socket or from an echo; most of them change nothing.
 * @param silentSince when the machine had last been seen as its host was asked: an agent that has spoken since then
 * is the better witness (BPWR-05)
 */
export async function noticeSignal(
  deps: PowerDeps,
  machineId: string,
  signal: PowerSignal,
  silentSince?: number,
) {
  const seen = await findPresence(deps.db.read, machineId);
  if (!seen || isWithoutEffect(pictureOf(seen), signal)) return;
  await deps.db.transaction(async (tx) => {
    const presence = await findPresence(tx, machineId);
    if (!presence || presence.last_seen_at !== (silentSince ?? presence.last_seen_at)) return;
    const before = pictureOf(presence);
    const after = await applySignal(deps, tx, machineId, { before, signal });
    if (after !== before) await savePower(tx, machineId, after);
  });
}

function isWithoutEffect(picture: PowerPicture, signal: PowerSignal): boolean {
  return nextPower(picture, signal) === picture;
}

async function tellPower(
  { events, status, changes }: SignalDeps,
  tx: Tx,
  machineId: string,
  from: PowerState,
  to: PowerState,
) {
  await updateMachine(tx, machineId, { power_state: to });
  await events.publish(tx, 'machines.power-changed', { machineId, from, to });
  await changes.changed(tx, machineId, new Set(['powerState']));
  if (to === 'unknown') return;
  await status.append(tx, {
    severity: to === 'unreachable' ? 'warning' : 'info',
    component: 'machines',
    code: `machine.${to}`,
    machineId,
    params: {},
  });
}
