import { Failure } from '@tenkai/domain/failure.ts';
import type { EnrollmentTicket, enrollmentRoutes } from '@tenkai/protocol/api/enrollment.ts';
import type { BodyOf } from '@tenkai/protocol/api/route.ts';
import { hashSecret } from '../../kernel/access/access.ts';
import type { Actor } from '../../kernel/audit/audit.ts';
import type { Tx } from '../../kernel/database/database.ts';
import { newId, newSecret } from '../../kernel/ids.ts';
import {
  findTicket,
  insertTicket,
  listUnusedTickets,
  revokeTicket as markRevoked,
  renewTicket,
  type TicketRow,
} from './enrollment.store.ts';
import type { Deps } from './needs.ts';

type TicketDeps = Pick<Deps, 'db' | 'clock' | 'audit' | 'keys'>;

/** So that logs know it for a secret, and people for what it is. */
const prefix = 'tenkai_ticket_';
const hourMs = 3_600_000;

/** Makes a ticket. Its secret leaves the server here and never again; only its hash is kept. */
export async function createTicket(
  { db, clock, audit, keys }: TicketDeps,
  actor: Actor,
  { name, maxUses, validHours }: BodyOf<typeof enrollmentRoutes.createTicket>,
) {
  const now = clock.now();
  const secret = `${prefix}${newSecret()}`;
  const ticket: TicketRow = {
    id: newId(now),
    name,
    secret_hash: hashSecret(secret),
    created_at: now,
    expires_at: now + validHours * hourMs,
    max_uses: maxUses,
    uses: 0,
    revoked_at: null,
  };
  await db.transaction(async (tx) => {
    await insertTicket(tx, ticket);
    const details = { name, maxUses, validHours };
    await audit.record(tx, { actor, action: 'tickets.created', object: `ticket:${ticket.id}`, details });
  });
  return { ticket: toTicket(ticket), secret, rootFingerprint: keys.rootFingerprint };
}

/** @throws Failure not-found */
export async function revokeTicket({ db, clock, audit }: TicketDeps, actor: Actor, id: string) {
  await db.transaction(async (tx) => {
    const ticket = await findTicket(tx, id);
    if (!ticket) throw new Failure('not-found', { what: 'ticket', id });
    if (ticket.revoked_at !== null) return;
    await markRevoked(tx, id, clock.now());
    const details = { name: ticket.name, uses: ticket.uses };
    await audit.record(tx, { actor, action: 'tickets.revoked', object: `ticket:${id}`, details });
  });
}

interface Issued {
  readonly actor: Actor;
  /** Used and revoked ones among them stay as they are. */
  readonly ids: readonly string[];
}

/** Each that is unused is valid for so many hours from now on, or longer where it was. */
export async function renewTickets(
  { clock, audit }: Pick<TicketDeps, 'clock' | 'audit'>,
  tx: Tx,
  { actor, ids, validHours }: Issued & { readonly validHours: number },
) {
  const until = clock.now() + validHours * hourMs;
  for (const { id, name, expires_at } of await unused(tx, ids)) {
    if (expires_at >= until) continue;
    await renewTicket(tx, id, until);
    const details = { name, validHours };
    await audit.record(tx, { actor, action: 'tickets.renewed', object: `ticket:${id}`, details });
  }
}

/** Each that is unused is good for nothing from now on. */
export async function withdrawTickets(
  { clock, audit }: Pick<TicketDeps, 'clock' | 'audit'>,
  tx: Tx,
  { actor, ids }: Issued,
) {
  for (const { id, name, uses } of await unused(tx, ids)) {
    await markRevoked(tx, id, clock.now());
    const details = { name, uses };
    await audit.record(tx, { actor, action: 'tickets.revoked', object: `ticket:${id}`, details });
  }
}

const unused = async (tx: Tx, ids: readonly string[]) => (ids.length === 0 ? [] : listUnusedTickets(tx, ids));

export function toTicket(row: TicketRow): EnrollmentTicket {
  return {
    id: row.id,
    name: row.name,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    maxUses: row.max_uses,
    uses: row.uses,
    isRevoked: row.revoked_at !== null,
  };
}
