import type { Language } from '../self-service/texts.ts';
import type { ApplyOptions, PatchPlan } from './apply.ts';
import type { RolledBack } from './roll-back.ts';
import type { Settled } from './settle.ts';
import type { ListedPatch } from './store.ts';

interface MayRestart {
  /** The machine has to, before the act is complete. */
  readonly needsRestart?: boolean;
}

/** What can be done with patches here: by the agent itself, or by the system's installer (`Platform.clientPatches`). */
export interface PatchWorks {
  apply(source: string, options: ApplyOptions): Promise<PatchPlan & MayRestart>;
  /** @param id one that is asked for */
  list(id?: string): Promise<ListedPatch[]>;
  rollBack(id: string): Promise<RolledBack & MayRestart>;
  settle(): Promise<Settled>;
  restartService(language: Language): Promise<void>;
}
