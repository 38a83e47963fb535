import type { MachineFacts, MaintenanceWindow, ScenarioDraft, SoftwarePackage } from '@tenkai/domain';
import type { Caller } from '../../kernel/access/caller.ts';
import type { Tx } from '../../kernel/database/database.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { ContentUse } from '../content/index.ts';
import type { StatusMessageInput } from '../status/index.ts';

/** What deployments ask of their neighbours; `app.ts` hands over the neighbours' doors. */
export interface Neighbours {
  readonly machines: {
    factsOf(machineIds: readonly string[]): Promise<Map<string, MachineFacts>>;
    /** Sends magic packets; resolves when they are on the wire. */
    wake(machineId: string): Promise<void>;
  };
  readonly collections: {
    nameOf(collectionId: string): Promise<string | undefined>;
    membersOf(collectionId: string): Promise<string[]>;
    windowsFor(machineIds: readonly string[]): Promise<Map<string, MaintenanceWindow[]>>;
    /** @throws Failure not-allowed where the caller's scope does not hold the collection */
    requireCollection(caller: Caller, collectionId: string): Promise<void>;
    requireMachines(caller: Caller, machineIds: readonly string[]): Promise<void>;
  };
  readonly scenarios: {
    scenario(id: string): Promise<{ name: string; draft: ScenarioDraft } | undefined>;
  };
  readonly packages: {
    sealedPackage(id: string): Promise<SoftwarePackage | undefined>;
  };
  readonly settings: () => { readonly concurrency: number };
  readonly content: {
    /** Base URLs at which machines find all of these contents, best first. */
    sources(contentIds: readonly string[]): Promise<string[]>;
    registerUser(uses: () => Promise<ContentUse[]>): void;
  };
  readonly status: {
    append(tx: Tx, message: StatusMessageInput): Promise<void>;
  };
}

export type Deps = Pick<Kernel, 'db' | 'clock' | 'audit' | 'events' | 'jobs' | 'channel' | 'log'> &
  Neighbours;
