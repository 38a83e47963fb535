import type { Actor } from '../../kernel/audit/audit.ts';
import type { Reader, Tx } from '../../kernel/database/database.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Machines } from '../machines/index.ts';
import type { Sites } from '../sites/index.ts';
import type { Status } from '../status/index.ts';
import { addAgentRoutes } from './enrollment.agent.ts';
import { addEnrollmentRoutes } from './enrollment.routes.ts';
import { deleteIdentity, findIdentity, machineOfTickets } from './enrollment.store.ts';
import { createKeyWatch } from './key-watch.ts';
import type { Deps } from './needs.ts';
import { quarantineShared } from './quarantine.ts';
import { createShutOut } from './shut-out.ts';
import './status-messages.ts';
import { createTicket, renewTickets, withdrawTickets } from './tickets.ts';

/** What other features may ask of enrollment. */
export interface Enrollment {
  /** Key with which secrets for one machine alone are encrypted: SubjectPublicKeyInfo, DER, base64; P-256. */
  encryptionKeyOf(machineId: string, read?: Reader): Promise<string | undefined>;
  /** A ticket for one machine. Its secret is not kept. */
  issueTicket(
    actor: Actor,
    what: { name: string; validHours: number },
  ): Promise<{ id: string; secret: string }>;
  /** Each that is unused is valid for so many hours from now on; used and revoked ones stay as they are. */
  renewTickets(tx: Tx, what: { actor: Actor; ids: readonly string[]; validHours: number }): Promise<void>;
  /** Each that is unused is revoked. */
  withdrawTickets(tx: Tx, what: { actor: Actor; ids: readonly string[] }): Promise<void>;
  /** The machine that has enrolled with one of them. */
  machineOfTickets(ticketIds: readonly string[]): Promise<string | undefined>;
}

export async function registerEnrollment(
  kernel: Kernel,
  neighbours: { readonly machines: Machines; readonly sites: Sites; readonly status: Status },
): Promise<Enrollment> {
  const keyWatch = createKeyWatch(kernel, (machineId) => quarantineShared(deps, machineId));
  const deps: Deps = { ...kernel, ...neighbours, shutOut: await createShutOut(kernel), keyWatch };
  kernel.access.isShutOut = deps.shutOut.has;
  kernel.access.onHeard = keyWatch.hear;
  neighbours.machines.onRemoved(async (tx, machineId) => {
    await deleteIdentity(tx, machineId);
    deps.shutOut.add(tx, machineId);
    tx.afterCommit(() => keyWatch.forget(machineId));
  });
  addAgentRoutes(deps);
  addEnrollmentRoutes(deps);
  return {
    encryptionKeyOf: async (machineId, read = kernel.db.read) =>
      (await findIdentity(read, machineId))?.encryption_key,
    async issueTicket(actor, what) {
      const { ticket, secret } = await createTicket(deps, actor, { ...what, maxUses: 1 });
      return { id: ticket.id, secret };
    },
    renewTickets: (tx, what) => renewTickets(deps, tx, what),
    withdrawTickets: (tx, what) => withdrawTickets(deps, tx, what),
    machineOfTickets: (ticketIds) => machineOfTickets(kernel.db.read, ticketIds),
  };
}
