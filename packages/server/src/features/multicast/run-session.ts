import { Failure } from '@tenkai/domain/failure.ts';
import type { MulticastTerms } from '@tenkai/protocol/agent/multicast.ts';
import type { Manifest } from '@tenkai/transfer';
import type { SessionAddress } from '@tenkai/transfer/multicast/address-pool.ts';
import { sendContent } from '@tenkai/transfer/multicast/send-content.ts';
import { memberKey, newSession, USUAL_WINDOW } from '@tenkai/transfer/multicast/session.ts';
import { isPortUsed } from '@tenkai/transfer/multicast/sockets.ts';
import { type Asking, allocateSession, memberRow } from './allocate-session.ts';
import type { Card } from './fitness.ts';
import type { Deps } from './needs.ts';
import { recordEnd, type SessionProgress } from './session-end.ts';
import { insertMember } from './sessions.store.ts';
import type { SessionsTable } from './tables.ts';

/** A session that is under way: one that this process sends, or that a representative tells of. */
export interface LiveSession {
  readonly row: SessionsTable;
  readonly progress: () => SessionProgress | undefined;
  /** What a machine has to know to take part; each time as a new member. */
  join(who: Asking): Promise<MulticastTerms>;
  /** Ends it; members go on by unicast, or ask for another. */
  stop(): void;
  /** Resolves when its end is written down. Never rejects. */
  readonly ended: Promise<{ readonly failure: Failure | undefined }>;
}

export interface NewSession {
  readonly deploymentId: string;
  readonly contentId: string;
  readonly address: string | null;
  readonly card: Card;
  /** Who is there now: the first datagram waits for them. */
  readonly members: readonly Asking[];
}

/** Ports may be in use by other programs: so many are tried. */
const portTries = 4;

/**
 * Opens a session: an address of its own, on the disk before anything is sent, fresh keys in memory alone, a sender.
 * @throws Failure multicast-no-group, multicast-pool-empty, multicast-address-used, not-found, content-*
 */
export async function openSession(deps: Deps, wanted: NewSession): Promise<LiveSession> {
  const manifest = await deps.content.hold(wanted.contentId);
  const taken: SessionAddress[] = [];
  for (let tries = 1; ; tries += 1) {
    const more = { contentBytes: manifest.totalBytes, interfaceAddress: wanted.card.address };
    const row = await allocateSession(deps, { ...wanted, ...more }, taken);
    const live = startSender(deps, wanted, manifest, row);
    const problem = await live.isReady;
    if (!problem) return live.session;
    await live.session.ended;
    const isOthers = problem.code === 'multicast-no-group' && isPortUsed(problem.detail);
    if (!isOthers || tries === portTries) throw problem;
    // Only the ports are somebody else's: the address may be the one that was asked for.
    taken.push({ group: '0.0.0.0', port: row.port, senderPort: row.sender_port });
  }
}

function startSender(deps: Deps, { members, card }: NewSession, manifest: Manifest, row: SessionsTable) {
  const settings = deps.sites.settings();
  const keys = newSession();
  const stop = new AbortController();
  const ready = Promise.withResolvers<Failure | undefined>();
  let progress: SessionProgress | undefined;
  const sent = sendContent({
    ...{ ...keys, manifest, store: { open: deps.content.openChunk }, signal: stop.signal },
    ...{ group: row.address, port: row.port, senderPort: row.sender_port },
    ...{ interfaceAddress: card.address, ttl: settings.multicastTtl },
    // Members on this very machine, as on one that tries the system out.
    hasLoopback: card.address.startsWith('127.'),
    mostBytesPerSecond: settings.multicastBytesPerSecond ?? undefined,
    expected: members.map((_, index) => index + 1),
    onReady: () => ready.resolve(undefined),
    onProgress: (now) => {
      progress = now;
    },
  });
  const ended = sent
    .then(
      (last) => ({ last, failure: undefined }),
      (error: unknown) => ({ last: progress, failure: asFailure(error) }),
    )
    .then(async ({ last, failure }) => {
      await recordEnd(deps, row, { last, failure, isStopped: stop.signal.aborted });
      ready.resolve(failure);
      return { failure };
    });
  const unclaimed = new Map(members.map(({ runId }, index) => [runId, index + 1]));
  let lastNumber = members.length;
  const session: LiveSession = {
    row,
    progress: () => progress,
    stop: () => stop.abort(),
    ended,
    async join(who) {
      let member = unclaimed.get(who.runId);
      if (member === undefined) {
        lastNumber += 1;
        member = lastNumber;
        await deps.db.transaction((tx) => insertMember(tx, memberRow(row.id, member as number, who)));
      }
      unclaimed.delete(who.runId);
      return {
        ...{ kind: 'join', session: keys.session, contentId: row.content_id, member, window: USUAL_WINDOW },
        ...{ group: row.address, port: row.port, senderPort: row.sender_port },
        ...{ senderAddress: card.address, ttl: settings.multicastTtl },
        groupKey: keys.groupKey.toString('base64'),
        memberKey: memberKey(keys.masterKey, member).toString('base64'),
      };
    },
  };
  return { session, isReady: ready.promise };
}

function asFailure(error: unknown): Failure {
  return error instanceof Failure
    ? error
    : new Failure(
        'unexpected',
        { id: '' },
        { detail: error instanceof Error ? error.message : String(error) },
      );
}
