import type { MachineFacts } from '@tenkai/domain';
import type { EnrollmentStatus, MachineRow } from '@tenkai/protocol/api/machines.ts';
import type { Caller } from '../../kernel/access/caller.ts';
import type { Reader, Tx } from '../../kernel/database/database.ts';
import type { ChangeObserver } from './changes.ts';
import type { Orders } from './commands/orders.ts';
import type { ProgressEntry } from './events.ts';
import type { FactsOptions } from './inventory/facts.ts';
import type { ListQuery } from './list/list-filters.ts';
import type { RunsOfMachines } from './list/runs-of-machines.ts';
import type { ActivityChange, NewMachine } from './machines.store.ts';
import type { RemovalListener } from './machines.ts';
import type { Reports } from './reports/reports.ts';

/** What other features may ask of machines. */
export interface MachineQuestions {
  /** By id; ids that nobody has are left out. */
  factsOf(machineIds: readonly string[], options?: FactsOptions): Promise<Map<string, MachineFacts>>;
  isOnline(machineId: string): boolean;
  /**
   * Sends wake packets; resolves when they are on the wire.
   * @throws Failure machine-has-no-mac
   */
  wake(machineId: string): Promise<void>;
  /** Asks the machine's host by ICMP; `address` is empty where none is known. */
  echo(machineId: string): Promise<{ readonly address: string; readonly isAnswered: boolean }>;
  /** There is something to fetch: at once where the agent is connected, else with its next report. */
  nudge(machineId: string): void;
  /** Latest figures of a run in progress. */
  progressOf(machineId: string, runId: string): ProgressEntry | undefined;
  /** Ids of enrolled machines in ascending order after one id ('' for the first). */
  enrolledAfter(afterId: string, limit: number): Promise<string[]>;
  enrolledAmong(machineIds: readonly string[], read?: Reader): Promise<Set<string>>;
  /** Those that have not been removed, whatever their enrollment. */
  knownAmong(machineIds: readonly string[], read?: Reader): Promise<Set<string>>;
  countEnrolled(): Promise<number>;
  /** A page of the list, as the caller sees it. */
  list(
    caller: Caller,
    query: ListQuery,
  ): Promise<{ items: MachineRow[]; nextCursor: string | null; total: number }>;
  /** Those of the ids that exist and are in the caller's scope. */
  visibleIds(caller: Caller, machineIds: readonly string[], read?: Reader): Promise<Set<string>>;
  /** @throws Failure not-found for the first that the caller may not see */
  requireVisible(caller: Caller, machineIds: readonly string[], read?: Reader): Promise<void>;
}

/** What other features do to machines, in a transaction of theirs. */
export interface MachineActs {
  /** What lists show of machines' work, by machine (BSRV-25, BSRV-26). */
  recordActivities(tx: Tx, changes: ReadonlyMap<string, ActivityChange>): Promise<void>;
  /** For enrollment. */
  add(tx: Tx, machine: NewMachine): Promise<void>;
  setEnrollment(tx: Tx, machineId: string, enrollment: EnrollmentStatus): Promise<void>;
  rename(tx: Tx, machineId: string, name: string): Promise<void>;
}

/** Where other features bring their part. */
export interface MachineRegistries {
  readonly reports: Pick<Reports, 'register' | 'registerTogether'>;
  readonly orders: Pick<Orders, 'register'>;
  /** Told in the transaction of each change of what rules may ask. */
  observe(observer: ChangeObserver): void;
  /** Told in the transaction that forgets a machine. */
  onRemoved(listener: RemovalListener): void;
  /** Called when a machine is refused or its key revoked; not for a quarantine, which may end any moment. */
  onRefused(listener: RemovalListener): void;
  /** Set once by deployments. */
  setRuns(runs: RunsOfMachines): void;
}

export type Machines = MachineQuestions & MachineActs & MachineRegistries;
