import type { MulticastTerms, RelayReport, RelayTerms } from '@tenkai/protocol/agent/multicast.ts';
import { memberKey, newSession, USUAL_WINDOW } from '@tenkai/transfer/multicast/session.ts';
import { type Asking, allocateSession, memberRow, type SessionWanted } from './allocate-session.ts';
import type { Deps } from './needs.ts';
import type { LiveSession } from './run-session.ts';
import { recordEnd, type SessionProgress } from './session-end.ts';
import { insertMember } from './sessions.store.ts';

/** A session that a machine of a subnet sends, as far as it tells of it. */
export interface SubnetSession extends LiveSession {
  /** As in its datagrams. */
  readonly number: number;
  readonly representative: Representative;
  /** What the representative has to know; the same each time. */
  readonly terms: RelayTerms;
  /** When it was heard last: at its choice, or by its report. */
  readonly heardAt: () => number;
  readonly hasReported: () => boolean;
  readonly isOver: () => boolean;
  /** Runs whose machines have everything, as last told. */
  readonly complete: () => readonly string[];
  report(told: RelayReport): void;
  /** Writes its end down; `failure`: why the representative sends no more. */
  end(failure?: { code: string; detail: string }): Promise<void>;
}

export interface Representative extends Asking {
  readonly name: string;
  /** Without the length of its prefix. */
  readonly address: string;
}

export type SubnetWanted = Omit<SessionWanted, 'address' | 'interfaceAddress'> &
  Required<Pick<SessionWanted, 'subnet'>> & { readonly representative: Representative };

/**
 * Opens a session whose sender is a machine of the subnet: an address of its own, on the disk before anything is
 * sent; fresh keys in memory alone. An address that the deployment names is the site's own session's.
 * @throws Failure multicast-pool-empty
 */
export async function openSubnetSession(deps: Deps, wanted: SubnetWanted): Promise<SubnetSession> {
  const { representative, members, subnet } = wanted;
  const keys = newSession();
  const own = { address: null, interfaceAddress: representative.address };
  const row = await allocateSession(deps, { ...wanted, ...own });
  const { multicastBytesPerSecond } = deps.sites.settings();
  const common = {
    ...{ session: keys.session, contentId: row.content_id, window: USUAL_WINDOW, group: row.address },
    ...{ port: row.port, senderPort: row.sender_port, groupKey: keys.groupKey.toString('base64') },
  };
  const runs = new Map(members.map(({ runId }, index) => [index + 1, runId]));
  const unclaimed = new Map(members.map(({ runId }, index) => [runId, index + 1]));
  const ended = Promise.withResolvers<{ failure: undefined }>();
  let progress: SessionProgress | undefined;
  let heardAt = deps.clock.now();
  let isOver = false;
  const end = async (failure?: { code: string; detail: string }, isStopped = false) => {
    if (isOver) return;
    isOver = true;
    await recordEnd(deps, row, { last: progress, failure, isStopped });
    ended.resolve({ failure: undefined });
  };
  return {
    ...{ row, number: keys.session, representative, ended: ended.promise },
    terms: {
      ...{ kind: 'represent', ...common, address: representative.address, network: subnet.network },
      ...{ masterKey: keys.masterKey.toString('base64'), expected: [...runs.keys()] },
      ...(multicastBytesPerSecond === null ? {} : { mostBytesPerSecond: multicastBytesPerSecond }),
    },
    progress: () => progress,
    heardAt: () => heardAt,
    hasReported: () => progress !== undefined,
    isOver: () => isOver,
    complete: () =>
      (progress?.members ?? []).flatMap(({ member, state }) =>
        state === 'complete' ? (runs.get(member) ?? []) : [],
      ),
    report({ members: told, fetchedBytes: lineBytes, datagrams, repairs, bytesPerSecond }) {
      heardAt = deps.clock.now();
      progress = { figures: { datagrams, repairs, bytesPerSecond }, members: told, lineBytes };
    },
    end,
    stop: () => void end(undefined, true),
    async join(who): Promise<MulticastTerms> {
      let member = unclaimed.get(who.runId);
      unclaimed.delete(who.runId);
      if (member === undefined) {
        member = runs.size + 1;
        runs.set(member, who.runId);
        const newRow = memberRow(row.id, member, who);
        await deps.db.transaction((tx) => insertMember(tx, newRow));
      }
      return {
        ...{ kind: 'join', ...common, member, senderAddress: representative.address, ttl: 1 },
        memberKey: memberKey(keys.masterKey, member).toString('base64'),
        representative: { machine: representative.name, network: subnet.network },
      };
    },
  };
}
