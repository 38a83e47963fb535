import { certificateRoutes } from '@tenkai/protocol/api/certificates.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { type RepairNeighbours, repairCertificates } from './repair.ts';

/** What is done about certificates of the fleet; how they stand is told by the machines (IDENT-15). */
export function registerCertificates(kernel: Kernel, neighbours: RepairNeighbours): void {
  kernel.http.route(certificateRoutes.repair, ({ caller }) => repairCertificates(neighbours, caller));
}
