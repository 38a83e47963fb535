import type { Users } from '../platform.ts';
import { agentDataFolder } from './environment.ts';

/** Users without rights have no door on Windows yet: a pipe needs a list of who may use it, which Node cannot give. */
export function createUsers(): Users {
  return {
    proofFolder: agentDataFolder(),
    doorOf: () => null,
    letIn: () => {},
    whoMade: async () => null,
  };
}
