import type { Deps } from './needs.ts';
import { findHost, type HostRow, type PushTableRow, updateHost } from './pushes.store.ts';

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

type TicketDeps = Pick<Deps, 'db' | 'enrollment' | 'log'>;

export function sentTickets(deps: TicketDeps, push: PushTableRow, host: HostRow): SentTickets {
  const { enrollment, log } = deps;
  const by = { userId: push.by_id, name: push.by_name };
  const sent: string[] = [];
  return {
    async issue(isUpgrade) {
      const what = { name: `push: ${host.host}`.slice(0, 100), validHours: ticketHours };
      const { id, secret } = await enrollment.issueTicket(by, what);
      sent.push(id);
      // An agent of the site does not enroll anew, so that nobody waits for its ticket; one of an earlier attempt may.
      if (!isUpgrade || ticketsOf(host).length > 0)
        await changeTickets(deps, host, (before) => [...before, id]);
      return secret;
    },
    async takeBack() {
      if (sent.length === 0) return;
      for (const id of sent)
        await enrollment
          .revokeTicket(by, id)
          .catch((error: unknown) => log.warn({ err: error, host: host.host }, 'a ticket was not revoked'));
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
