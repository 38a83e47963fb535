import type { HostState } from '@tenkai/domain/push/host-state.ts';
import type { Tx } from '../../kernel/database/database.ts';
import type { Deps } from './needs.ts';
import {
  findHost,
  findPush,
  type HostRow,
  listHosts,
  type PushTableRow,
  updateHost,
} from './pushes.store.ts';

const ticketHours = 24;

/** Ids of the tickets that stand in the row. */
export const ticketsOf = ({ tickets }: Pick<HostRow, 'tickets'>) => JSON.parse(tickets) as string[];

/** The tickets that one attempt has sent to a machine. */
export interface SentTickets {
  /** A ticket of this machine alone; its secret. */
  issue(isUpgrade: boolean): Promise<string>;
  /** For an attempt after which nobody on the machine can hold one. */
  takeBack(): Promise<void>;
}

type TicketDeps = Pick<Deps, 'db' | 'enrollment'>;

const actorOf = (push: PushTableRow) => ({ userId: push.by_id, name: push.by_name });

/** What becomes of tickets that nobody has used: in the end of a machine they end with it. */
const ends: ReadonlySet<HostState> = new Set(['done', 'cancelled']);

/**
 * The tickets of a machine live as long as somebody waits for it to enroll, however long ago they were sent, and no
 * longer. One that has failed may enroll until their time is over: its agent may be there and go on trying.
 */
export async function settleTickets(
  { enrollment }: Pick<TicketDeps, 'enrollment'>,
  tx: Tx,
  host: HostRow,
  state: HostState,
) {
  const ids = ticketsOf(host);
  const push = ids.length === 0 ? undefined : await findPush(tx, host.push_id);
  if (!push) return;
  const what = { actor: actorOf(push), ids };
  if (state === 'enrolling') await enrollment.renewTickets(tx, { ...what, validHours: ticketHours });
  if (ends.has(state)) await enrollment.withdrawTickets(tx, what);
}

/** All that were sent for a push that is forgotten. */
export async function withdrawTicketsOf(
  { enrollment }: Pick<TicketDeps, 'enrollment'>,
  tx: Tx,
  push: PushTableRow,
) {
  const ids = (await listHosts(tx, push.id)).flatMap(ticketsOf);
  await enrollment.withdrawTickets(tx, { actor: actorOf(push), ids });
}

export function sentTickets(deps: TicketDeps, push: PushTableRow, host: HostRow): SentTickets {
  const { db, enrollment } = deps;
  const actor = actorOf(push);
  const sent: string[] = [];
  return {
    async issue(isUpgrade) {
      const what = { name: `push: ${host.host}`.slice(0, 100), validHours: ticketHours };
      const { id, secret } = await enrollment.issueTicket(actor, what);
      sent.push(id);
      // An agent of the site does not enroll anew, so that nobody waits for its ticket; one of an earlier try may.
      await changeTickets(deps, host, (before) =>
        isUpgrade && before.length === 0 ? before : [...before, id],
      );
      return secret;
    },
    async takeBack() {
      if (sent.length === 0) return;
      await db.transaction((tx) => enrollment.withdrawTickets(tx, { actor, ids: sent }));
      await changeTickets(deps, host, (before) => before.filter((id) => !sent.includes(id)));
      sent.length = 0;
    },
  };
}

async function changeTickets(
  { db }: TicketDeps,
  host: HostRow,
  change: (before: readonly string[]) => readonly string[],
) {
  await db.transaction(async (tx) => {
    const now = await findHost(tx, host.push_id, host.position);
    if (now) await updateHost(tx, host, { tickets: JSON.stringify(change(ticketsOf(now))) });
  });
}
