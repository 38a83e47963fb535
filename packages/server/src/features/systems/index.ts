import type { Kernel } from '../../kernel/kernel.ts';
import type { Machines } from '../machines/index.ts';
import { addSystemRoutes } from './systems.routes.ts';

/** The matrix of operating systems, for console and command line (BOSM-01). It is data of the domain: no table. */
export function registerSystems(kernel: Kernel, neighbours: { readonly machines: Machines }): void {
  addSystemRoutes({ ...kernel, ...neighbours });
}
