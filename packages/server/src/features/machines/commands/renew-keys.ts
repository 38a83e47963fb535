import type { machineRoutes } from '@tenkai/protocol/api/machines.ts';
import type { ReplyOf } from '@tenkai/protocol/api/route.ts';
import type { Caller } from '../../../kernel/access/caller.ts';
import { visibleIds } from '../list/scope.ts';
import { enrolledAmong } from '../machines.store.ts';
import type { Deps } from '../needs.ts';
import { issueCommand } from './commands.ts';

type Result = ReplyOf<typeof machineRoutes.renewKeys>['results'][number];

/** Machines of one transaction. */
const chunk = 200;
/** A notebook may be away for weeks, and its keys are good meanwhile. */
const holdMs = 30 * 24 * 3_600_000;

/** Tells machines to renew their keys (decision 0160); what became of it shows in the history of each. */
export async function commandRenewal(
  deps: Deps,
  caller: Caller,
  machineIds: readonly string[],
): Promise<{ results: Result[] }> {
  const visible = await visibleIds(deps.db.read, caller, machineIds);
  const enrolled = await enrolledAmong(deps.db.read, [...visible]);
  const ids = [...new Set(machineIds)].filter((id) => enrolled.has(id));
  for (let at = 0; at < ids.length; at += chunk) await issueSome(deps, caller, ids.slice(at, at + chunk));
  const codeOf = (id: string) => {
    if (!visible.has(id)) return 'not-found';
    if (!enrolled.has(id)) return 'not-enrolled';
    return deps.channel.isOnline(id) ? null : 'held-until-check-in';
  };
  const results = machineIds.map((machineId) => ({
    machineId,
    accepted: enrolled.has(machineId),
    code: codeOf(machineId),
  }));
  return { results };
}

async function issueSome(deps: Deps, actor: Caller, ids: readonly string[]): Promise<void> {
  const request = { kind: 'renew-keys', delaySeconds: 0, force: false, holdMs } as const;
  await deps.db.transaction(async (tx) => {
    for (const machineId of ids) {
      const isHeld = !deps.channel.isOnline(machineId);
      await issueCommand(deps, tx, { machineId, actor, request, isHeld });
      const object = `machine:${machineId}`;
      await deps.audit.record(tx, { actor, action: 'machines.renew-keys', object, details: {} });
    }
  });
}
