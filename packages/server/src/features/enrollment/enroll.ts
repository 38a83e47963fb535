import { Failure } from '@tenkai/domain/failure.ts';
import { type EnrollReply, type EnrollRequest, enrollmentProof } from '@tenkai/protocol/agent/enrollment.ts';
import type { EnrollmentStatus } from '@tenkai/protocol/api/machines.ts';
import type { Static } from 'typebox';
import { hashSecret } from '../../kernel/access/access.ts';
import type { Tx } from '../../kernel/database/database.ts';
import { newId } from '../../kernel/ids.ts';
import {
  countPending,
  countTicketUse,
  findIdentityByKey,
  findIdentityByOtherKey,
  findTicketBySecret,
  type IdentityRow,
  insertIdentity,
  type TicketRow,
  updateIdentity,
} from './enrollment.store.ts';
import type { Deps } from './needs.ts';
import { type AgentKey, checkProof, readAgentKey } from './proof.ts';
import { quarantine } from './quarantine.ts';
import { promoteKey } from './renew.ts';
import './failures.ts';

type Request = Static<typeof EnrollRequest>;
type Reply = Static<typeof EnrollReply>;

/** Bounds what strangers can fill: beyond it a ticket is needed. */
export const maxPending = 10_000;
const askAgainMs = 30_000;

interface Applicant {
  readonly request: Request;
  readonly signing: AgentKey;
  readonly encryption: AgentKey;
}

/**
 * Takes a machine into the site: with a ticket at once, without one an administrator decides. The same key on the
 * same hardware is the same machine, however often it asks; on other hardware it is a copy, and nobody may use it.
 * @throws Failure agent-key-invalid, agent-proof-invalid, agent-key-replaced, ticket-*, too-many-pending
 */
export async function enroll(deps: Deps, request: Request): Promise<Reply> {
  const applicant: Applicant = {
    request,
    signing: readAgentKey('signing', request.signingKey),
    encryption: readAgentKey('encryption', request.encryptionKey),
  };
  checkProof(applicant.signing.key, enrollmentProof(request), request.signature);
  const known = await findIdentityByKey(deps.db.read, applicant.signing.thumbprint);
  if (known && isOldNews(known, applicant)) return replyOf(known);
  return deps.db.transaction(async (tx) => {
    const identity = await ownerOfKey(deps, tx, applicant);
    return identity ? meetAgain(deps, tx, identity, applicant) : meetFirst(deps, tx, applicant);
  });
}

/** By its present key, or by the one that it has announced. @throws Failure agent-key-replaced */
async function ownerOfKey(deps: Deps, tx: Tx, { signing, request }: Applicant) {
  const present = await findIdentityByKey(tx, signing.thumbprint);
  const other = present ? undefined : await findIdentityByOtherKey(tx, signing.thumbprint);
  if (!other) return present;
  if (other.replaced_thumbprint === signing.thumbprint)
    throw new Failure('agent-key-replaced', { id: other.machine_id });
  const isItself = other.status !== 'refused' && isOwnHardware(other, request);
  return isItself ? promoteKey(deps, tx, other) : other;
}

/** Most agents that ask are known already: nothing is written for them. */
function isOldNews(identity: IdentityRow, { request, encryption }: Applicant): boolean {
  // With a key that was refused or revoked nobody changes anything, wherever it turns up.
  if (identity.status === 'refused') return true;
  if (!isOwnHardware(identity, request)) return identity.status === 'quarantined';
  if (identity.status === 'pending' && request.ticket !== undefined) return false;
  return identity.encryption_key === encryption.text && identity.asked_name === request.name;
}

function isOwnHardware(identity: IdentityRow, { hardwareFingerprint }: Request): boolean {
  return (JSON.parse(identity.fingerprints) as string[]).includes(hardwareFingerprint);
}

async function meetFirst(deps: Deps, tx: Tx, { request, signing, encryption }: Applicant): Promise<Reply> {
  const now = deps.clock.now();
  const ticket = await redeemTicket(deps, tx, request.ticket);
  if (!ticket && (await countPending(tx)) >= maxPending)
    throw new Failure('too-many-pending', { limit: maxPending });
  const id = newId(now);
  const status: EnrollmentStatus = ticket ? 'enrolled' : 'pending';
  await deps.machines.add(tx, {
    id,
    name: request.name,
    enrollment: status,
    hardwareFingerprint: request.hardwareFingerprint,
    agentVersion: request.agentVersion,
    operatingSystem: request.operatingSystem,
  });
  await insertIdentity(tx, {
    machine_id: id,
    key_thumbprint: signing.thumbprint,
    signing_key: signing.text,
    encryption_key: encryption.text,
    fingerprints: JSON.stringify([request.hardwareFingerprint]),
    foreign_fingerprint: null,
    status,
    ticket_id: ticket?.id ?? null,
    asked_name: request.name,
    asked_at: now,
    decided_at: ticket ? now : null,
    next_thumbprint: null,
    next_signing_key: null,
    next_encryption_key: null,
    replaced_thumbprint: null,
    replaced_signing_key: null,
    replaced_at: null,
  });
  if (ticket) await tell(deps, tx, id, 'enrollment.enrolled', { name: request.name, ticket: ticket.name });
  else await tell(deps, tx, id, 'enrollment.pending', { name: request.name });
  return replyOf({ machine_id: id, status });
}

async function meetAgain(deps: Deps, tx: Tx, identity: IdentityRow, applicant: Applicant): Promise<Reply> {
  const { request, encryption } = applicant;
  if (identity.status === 'refused') return replyOf(identity);
  if (!isOwnHardware(identity, request)) {
    await quarantine(deps, tx, identity, {
      on: 'other-hardware',
      name: request.name,
      hardwareFingerprint: request.hardwareFingerprint,
    });
    return replyOf({ machine_id: identity.machine_id, status: 'quarantined' });
  }
  const { machine_id: id } = identity;
  if (identity.asked_name !== request.name) await deps.machines.rename(tx, id, request.name);
  const ticket = identity.status === 'pending' ? await redeemTicket(deps, tx, request.ticket) : undefined;
  const status = ticket ? 'enrolled' : identity.status;
  await updateIdentity(tx, id, {
    encryption_key: encryption.text,
    asked_name: request.name,
    ...(ticket && { status, ticket_id: ticket.id, decided_at: deps.clock.now() }),
  });
  if (ticket) {
    await deps.machines.setEnrollment(tx, id, 'enrolled');
    await tell(deps, tx, id, 'enrollment.enrolled', { name: request.name, ticket: ticket.name });
  }
  return replyOf({ machine_id: id, status });
}

/** @throws Failure ticket-unknown, ticket-expired, ticket-revoked, ticket-used-up */
async function redeemTicket(
  { clock }: Deps,
  tx: Tx,
  secret: string | undefined,
): Promise<TicketRow | undefined> {
  if (secret === undefined || secret === '') return undefined;
  const ticket = await findTicketBySecret(tx, hashSecret(secret));
  if (!ticket) throw new Failure('ticket-unknown');
  const { name } = ticket;
  if (ticket.revoked_at !== null) throw new Failure('ticket-revoked', { name });
  if (ticket.expires_at <= clock.now()) throw new Failure('ticket-expired', { name });
  if (ticket.uses >= ticket.max_uses) throw new Failure('ticket-used-up', { name, uses: ticket.uses });
  await countTicketUse(tx, ticket.id);
  return ticket;
}

function tell({ status }: Deps, tx: Tx, machineId: string, code: string, params: Record<string, string>) {
  return status.append(tx, { severity: 'info', component: 'enrollment', code, machineId, params });
}

function replyOf({ machine_id, status }: Pick<IdentityRow, 'machine_id' | 'status'>): Reply {
  return { machineId: machine_id, status, retryAfterMs: status === 'pending' ? askAgainMs : 0 };
}
