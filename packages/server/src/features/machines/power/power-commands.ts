import type { machineRoutes } from '@tenkai/protocol/api/machines.ts';
import type { BodyOf, ReplyOf } from '@tenkai/protocol/api/route.ts';
import type { Caller } from '../../../kernel/access/caller.ts';
import { issueCommand } from '../commands/commands.ts';
import { visibleIds } from '../list/scope.ts';
import type { Deps } from '../needs.ts';
import type { Watch } from '../presence/watch.ts';
import type { MachineRecord } from '../tables.ts';
import { type WakeDeps, wakeMachines } from './wake-machines.ts';

export type PowerBody = BodyOf<typeof machineRoutes.power>;
type Result = ReplyOf<typeof machineRoutes.power>['results'][number];

export interface PowerCommandDeps extends Deps, Pick<WakeDeps, 'sendWake'> {
  readonly watch: Watch;
}

/** Machines of one transaction. */
const chunk = 200;

/**
 * Wakes, restarts, shuts down, or asks whether machines are on; the answer says for each machine whether the
 * command was accepted and what it waits for. What a machine does about it shows in its history.
 */
export async function commandPower(
  deps: PowerCommandDeps,
  caller: Caller,
  body: PowerBody,
): Promise<{ results: Result[] }> {
  const results: Result[] = [];
  for (let at = 0; at < body.machineIds.length; at += chunk) {
    results.push(...(await commandSome(deps, caller, body, body.machineIds.slice(at, at + chunk))));
  }
  return { results };
}

type Judged = { readonly id: string; readonly isOnline: boolean } & (
  | { readonly verdict: 'accept'; readonly code: string | null; readonly isHeld: boolean }
  | { readonly verdict: 'refuse' | 'nothing-to-do'; readonly code: string | null }
);

async function commandSome(deps: PowerCommandDeps, caller: Caller, body: PowerBody, ids: readonly string[]) {
  const visible = await visibleIds(deps.db.read, caller, ids);
  const known = [...new Set(ids)].filter((id) => visible.has(id));
  if (body.action === 'query') await deps.watch.ask(known);
  const rows = new Map((await findStates(deps, known)).map((row) => [row.id, row]));
  const woken = body.action === 'wake' ? await wake(deps, rows) : new Map<string, boolean>();
  const judged = ids.map((id) => judge(deps, body, { id, row: rows.get(id), isWoken: woken.get(id) }));
  await carryOut(deps, caller, body, judged);
  return judged.map(({ id, verdict, code }) => ({ machineId: id, accepted: verdict !== 'refuse', code }));
}

const isBusy = ({ activity }: StateRow) => activity === 'running' || activity === 'patching';

type StateRow = Pick<MachineRecord, 'id' | 'enrollment' | 'power_state' | 'activity'>;

async function findStates({ db }: Pick<Deps, 'db'>, ids: readonly string[]): Promise<StateRow[]> {
  if (ids.length === 0) return [];
  return db.read.all<StateRow>(
    `SELECT id, enrollment, power_state, activity FROM machines WHERE id IN (${ids.map(() => '?').join(', ')})`,
    ids,
  );
}

/** Those that are on need no packet. */
function wake(deps: PowerCommandDeps, rows: ReadonlyMap<string, StateRow>) {
  const asleep = [...rows.values()].filter(
    ({ id, enrollment }) => enrollment === 'enrolled' && !deps.channel.isOnline(id),
  );
  return wakeMachines(
    deps,
    asleep.map(({ id }) => id),
  );
}

interface Question {
  readonly id: string;
  readonly row: StateRow | undefined;
  readonly isWoken: boolean | undefined;
}

function judge({ channel }: Pick<Deps, 'channel'>, body: PowerBody, { id, row, isWoken }: Question): Judged {
  const isOnline = channel.isOnline(id);
  const refuse = (code: string): Judged => ({ id, isOnline, verdict: 'refuse', code });
  const settled = (code: string | null): Judged => ({ id, isOnline, verdict: 'nothing-to-do', code });
  const held: Judged = { id, isOnline, verdict: 'accept', code: 'held-until-check-in', isHeld: true };
  if (!row) return refuse('not-found');
  if (row.enrollment !== 'enrolled') return refuse('not-enrolled');
  const isStarting = row.power_state === 'booting' || row.power_state === 'restarting';
  if (body.action === 'wake') {
    if (isOnline) return settled('already-on');
    return isWoken ? settled(null) : refuse('no-mac-address');
  }
  if (body.action === 'query') return isStarting ? held : settled(null);
  if (body.action === 'shut-down' && row.power_state === 'off') return refuse('already-off');
  if (isBusy(row) && body.force !== true) return refuse('run-in-progress');
  const isReady = isOnline && row.power_state === 'on';
  return isReady ? { id, isOnline, verdict: 'accept', code: null, isHeld: false } : held;
}

async function carryOut(deps: PowerCommandDeps, caller: Caller, body: PowerBody, judged: readonly Judged[]) {
  const acted = judged.filter(({ verdict, code }) => verdict !== 'refuse' && code !== 'already-on');
  if (acted.length === 0) return;
  const { action, delaySeconds = 0, force = false } = body;
  await deps.db.transaction(async (tx) => {
    for (const each of acted) {
      if (each.verdict === 'accept' && action !== 'wake') {
        const request = { kind: action, delaySeconds, force };
        await issueCommand(deps, tx, { machineId: each.id, actor: caller, request, isHeld: each.isHeld });
        if (each.isHeld) tx.afterCommit(() => deps.watch.expect(each.id));
      }
      // To look is no act.
      if (action === 'query') continue;
      const details = { delaySeconds, force };
      await deps.audit.record(tx, {
        actor: caller,
        action: `machines.${action}`,
        object: `machine:${each.id}`,
        details,
      });
    }
  });
}
