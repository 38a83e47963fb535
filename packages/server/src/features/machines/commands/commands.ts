import type { Reason } from '@tenkai/domain';
import type { InventoryOrder, PowerOrder, RenewKeysOrder } from '@tenkai/protocol/agent/orders.ts';
import type { OrderReport } from '@tenkai/protocol/agent/reports.ts';
import type { Actor } from '../../../kernel/audit/audit.ts';
import type { Tx } from '../../../kernel/database/database.ts';
import { newId } from '../../../kernel/ids.ts';
import type { Deps } from '../needs.ts';
import type { Told } from '../reports/report-handler.ts';
import type { CommandKind, CommandRecord } from '../tables.ts';
import {
  closeCommand,
  deleteClosedBefore,
  findCommand,
  findExpired,
  findOpenCommands,
  insertCommand,
  markFetched,
  nextExpiry,
} from './commands.store.ts';

type CommandDeps = Pick<Deps, 'db' | 'clock' | 'channel' | 'jobs' | 'sites' | 'status'>;

export interface CommandRequest {
  readonly kind: CommandKind;
  readonly delaySeconds: number;
  readonly force: boolean;
  /** How long it waits for the machine; default: the site's setting. */
  readonly holdMs?: number;
}

type MachineOrder = PowerOrder | InventoryOrder | RenewKeysOrder;

const expiryJob = 'machines.expire-commands';
const answerWithinMs = 24 * 3_600_000;
const keepClosedMs = 30 * 24 * 3_600_000;

/** Writes a command down; the agent fetches it when it hears of it, or when it checks in within the limit (BAGT-11). */
export async function issueCommand(
  { clock, channel, jobs, sites, status }: CommandDeps,
  tx: Tx,
  {
    machineId,
    actor,
    request,
    isHeld,
  }: { machineId: string; actor: Actor; request: CommandRequest; isHeld: boolean },
): Promise<string> {
  const now = clock.now();
  const expiresAt = now + (request.holdMs ?? sites.settings().holdCommandsMs);
  const id = newId(now);
  await insertCommand(tx, {
    id,
    machine_id: machineId,
    kind: request.kind,
    delay_seconds: request.delaySeconds,
    force: Number(request.force),
    created_at: now,
    created_by: actor.name,
    expires_at: expiresAt,
    fetched_at: null,
    outcome: null,
    closed_at: null,
  });
  if (isHeld) {
    const params = { action: request.kind, by: actor.name };
    await status.append(tx, {
      severity: 'info',
      component: 'machines',
      code: 'machine.command-held',
      machineId,
      params,
    });
  }
  await jobs.enqueue(tx, { kind: expiryJob, key: 'next', runAt: expiresAt });
  tx.afterCommit(() => void channel.nudge(machineId));
  return id;
}

/** The orders of machines that ask for them. That one asks is the answer to an open query of its power. */
export async function fetchCommands(
  deps: CommandDeps,
  machineIds: readonly string[],
): Promise<MachineOrder[]> {
  const { db, clock } = deps;
  const now = clock.now();
  const open = await findOpenCommands(db.read, machineIds, now);
  if (open.length === 0) return [];
  await db.transaction(async (tx) => {
    for (const command of open) {
      if (command.kind === 'query') await answerQuery(deps, tx, command);
      else if (command.fetched_at === null) await markFetched(tx, command.id, now);
    }
  });
  return open.filter(({ kind }) => kind !== 'query').map(toOrder);
}

async function answerQuery({ clock, status }: CommandDeps, tx: Tx, command: CommandRecord) {
  if (!(await closeCommand(tx, command.id, 'done', clock.now()))) return;
  const { machine_id: machineId } = command;
  await status.append(tx, {
    severity: 'info',
    component: 'machines',
    code: 'machine.power-answered',
    machineId,
    params: {},
  });
}

function toOrder(command: CommandRecord): MachineOrder {
  const order = {
    orderId: command.id,
    machineId: command.machine_id,
    issuedAt: command.created_at,
    expiresAt: command.expires_at,
  };
  const { kind } = command;
  if (kind === 'inventory' || kind === 'renew-keys') return { kind, ...order };
  const action = command.kind === 'restart' ? 'restart' : 'shut-down';
  return { kind: 'power', ...order, action, delaySeconds: command.delay_seconds, force: command.force === 1 };
}

/**
 * The agent's answer to a command.
 * @returns false where the order is none of ours
 */
export async function recordOrderReport(
  { clock, status }: Pick<CommandDeps, 'clock'> & Pick<Told, 'status'>,
  tx: Tx,
  machineId: string,
  { orderId, accepted, reason }: OrderReport,
): Promise<boolean> {
  const command = await findCommand(tx, orderId);
  if (!command || command.machine_id !== machineId) return false;
  if (!(await closeCommand(tx, command.id, accepted ? 'done' : 'refused', clock.now()))) return true;
  await status.append(tx, {
    severity: accepted ? 'info' : 'warning',
    component: 'machines',
    code: accepted ? 'machine.command-done' : 'machine.command-refused',
    machineId,
    params: { action: command.kind, reason: reasonText(reason) },
  });
  return true;
}

function reasonText(reason: Reason | null): string {
  return reason?.code ?? '';
}

/** Gives up what nobody fetched or answered in time, and plans the next look. */
export function defineCommandExpiry(deps: CommandDeps) {
  const { db, clock, jobs } = deps;
  jobs.define(expiryJob, async () => {
    await db.transaction(async (tx) => {
      const now = clock.now();
      for (const command of await findExpired(tx, now, answerWithinMs)) await giveUp(deps, tx, command);
      await deleteClosedBefore(tx, now - keepClosedMs);
      const next = await nextExpiry(tx, answerWithinMs);
      if (next !== null) await jobs.enqueue(tx, { kind: expiryJob, key: 'next', runAt: next });
    });
  });
}

async function giveUp({ clock, status }: CommandDeps, tx: Tx, command: CommandRecord) {
  if (!(await closeCommand(tx, command.id, 'not-reachable', clock.now()))) return;
  const minutes = Math.round((command.expires_at - command.created_at) / 60_000);
  await status.append(tx, {
    severity: 'warning',
    component: 'machines',
    code: 'machine.not-reachable',
    machineId: command.machine_id,
    params: { action: command.kind, minutes },
  });
}
