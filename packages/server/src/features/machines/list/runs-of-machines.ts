import type { MachineDetail } from '@tenkai/protocol/api/machines.ts';
import type { Caller } from '../../../kernel/access/caller.ts';

/** What the pages of machines ask about runs; deployments answer it. */
export interface RunsOfMachines {
  /** Deployments for which the machine is in error until cleared (BSCN-36). */
  errorsOf(machineId: string): Promise<MachineDetail['errors']>;
  /** Runs that the machine keeps for its next start. */
  pendingStartsOf(machineId: string): Promise<number>;
  /**
   * エラー解除: clears the error of machines, for all deployments or one. The caller's scope was looked at.
   * @returns ids of the machines that were in error
   */
  clearErrors(caller: Caller, machineIds: readonly string[], deploymentId?: string): Promise<string[]>;
}

export const noRuns: RunsOfMachines = {
  errorsOf: async () => [],
  pendingStartsOf: async () => 0,
  clearErrors: async () => [],
};
