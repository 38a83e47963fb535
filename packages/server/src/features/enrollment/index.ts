import type { Reader } from '../../kernel/database/database.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Machines } from '../machines/index.ts';
import type { Sites } from '../sites/index.ts';
import type { Status } from '../status/index.ts';
import { addAgentRoutes } from './enrollment.agent.ts';
import { addEnrollmentRoutes } from './enrollment.routes.ts';
import { deleteIdentity, findIdentity } from './enrollment.store.ts';
import type { Deps } from './needs.ts';
import { createShutOut } from './shut-out.ts';
import './status-messages.ts';

/** What other features may ask of enrollment. */
export interface Enrollment {
  /** Key with which secrets for one machine alone are encrypted: SubjectPublicKeyInfo, DER, base64; P-256. */
  encryptionKeyOf(machineId: string, read?: Reader): Promise<string | undefined>;
}

export async function registerEnrollment(
  kernel: Kernel,
  neighbours: { readonly machines: Machines; readonly sites: Sites; readonly status: Status },
): Promise<Enrollment> {
  const deps: Deps = { ...kernel, ...neighbours, shutOut: await createShutOut(kernel) };
  kernel.access.isShutOut = deps.shutOut.has;
  neighbours.machines.onRemoved(async (tx, machineId) => {
    await deleteIdentity(tx, machineId);
    deps.shutOut.add(tx, machineId);
  });
  addAgentRoutes(deps);
  addEnrollmentRoutes(deps);
  return {
    encryptionKeyOf: async (machineId, read = kernel.db.read) =>
      (await findIdentity(read, machineId))?.encryption_key,
  };
}
