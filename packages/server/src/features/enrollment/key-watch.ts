import { hearInstance, type KeyInUse } from '@tenkai/domain/machine/key-in-use.ts';
import type { AgentClaims } from '../../kernel/access/agent-token.ts';
import type { Kernel } from '../../kernel/kernel.ts';

/** Sees two agents that live at once with one key, where their hardware looks the same. */
export interface KeyWatch {
  /** An agent has spoken; never throws. */
  hear(claims: AgentClaims): void;
  forget(machineId: string): void;
}

/**
 * In memory, because it is asked with every request; two that live go on and show themselves again after a start.
 * @param onShared called once for each machine, until its key is shared again
 */
export function createKeyWatch(
  { clock, log }: Pick<Kernel, 'clock' | 'log'>,
  onShared: (machineId: string) => Promise<void>,
): KeyWatch {
  const known = new Map<string, KeyInUse>();
  return {
    hear({ machineId, instance }) {
      if (instance === undefined) return;
      const before = known.get(machineId);
      const { now, isShared } = hearInstance(before, instance, clock.now());
      if (now !== before) known.set(machineId, now);
      if (!isShared) return;
      // Begins anew: where the database is away, the next turns tell of it again.
      known.delete(machineId);
      onShared(machineId).catch((error: unknown) =>
        log.error({ err: error, machineId }, 'a machine whose key two agents use was not put in quarantine'),
      );
    },
    forget: (machineId) => void known.delete(machineId),
  };
}
