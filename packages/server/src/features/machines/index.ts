import type { MachineFacts } from '@tenkai/domain';
import { Failure } from '@tenkai/domain/failure.ts';
import type { EnrollmentStatus, MachineActivity, MachineRow } from '@tenkai/protocol/api/machines.ts';
import type { Caller } from '../../kernel/access/caller.ts';
import type { Reader, Tx } from '../../kernel/database/database.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Sites } from '../sites/index.ts';
import type { Status } from '../status/index.ts';
import { type ChangeObserver, createChanges } from './changes.ts';
import { defineCommandExpiry, fetchCommands } from './commands.ts';
import type { ProgressEntry } from './events.ts';
import { createFactsOf, type FactsOptions } from './facts.ts';
import type { ListQuery } from './list-filters.ts';
import { addAgentRoutes } from './machines.agent.ts';
import { addMachineRoutes } from './machines.routes.ts';
import {
  countEnrolled,
  enrolledAfter,
  enrolledAmong,
  type NewMachine,
  updateMachine,
} from './machines.store.ts';
import { addMachine, type RemovalListener, renameMachine, setEnrollment } from './machines.ts';
import { listMachines } from './machines.views.ts';
import type { Deps } from './needs.ts';
import { createOrders, type Orders } from './orders.ts';
import { createPing, type Ping } from './ping.ts';
import { followPresence } from './presence.ts';
import { createProgress } from './progress.ts';
import { createReports, type Reports } from './reports.ts';
import { noRuns, type RunsOfMachines } from './runs-of-machines.ts';
import { requireVisible, visibleIds } from './scope.ts';
import { createSoftwareCatalogue } from './software-catalogue.ts';
import { createStateCounts } from './state-counts.ts';
import { type SendWake, sendWake } from './wake/send-wake.ts';
import { wakeMachines } from './wake-machines.ts';
import { createWatch } from './watch.ts';
import './status-messages.ts';

export type { ChangeObserver } from './changes.ts';
export type { ProgressEntry } from './events.ts';
export type { FactsOf, FactsOptions } from './facts.ts';
export type { NewMachine } from './machines.store.ts';
export type { OrderSource } from './orders.ts';
export type { ReportHandler } from './reports.ts';
export type { RunsOfMachines } from './runs-of-machines.ts';

/** What other features may ask of machines. */
export interface Machines {
  /** By id; ids that nobody has are left out. */
  factsOf(machineIds: readonly string[], options?: FactsOptions): Promise<Map<string, MachineFacts>>;
  isOnline(machineId: string): boolean;
  /**
   * Sends wake packets; resolves when they are on the wire.
   * @throws Failure machine-has-no-mac
   */
  wake(machineId: string): Promise<void>;
  /** There is something to fetch: at once where the agent is connected, else with its next report. */
  nudge(machineId: string): void;
  /** Latest figures of a run in progress. */
  progressOf(machineId: string, runId: string): ProgressEntry | undefined;
  /** Ids of enrolled machines in ascending order after one id ('' for the first). */
  enrolledAfter(afterId: string, limit: number): Promise<string[]>;
  enrolledAmong(machineIds: readonly string[], read?: Reader): Promise<Set<string>>;
  countEnrolled(): Promise<number>;
  /** A page of the list, as the caller sees it. */
  list(
    caller: Caller,
    query: ListQuery,
  ): Promise<{ items: MachineRow[]; nextCursor: string | null; total: number }>;
  /** Those of the ids that exist and are in the caller's scope. */
  visibleIds(caller: Caller, machineIds: readonly string[], read?: Reader): Promise<Set<string>>;
  /** @throws Failure not-found for the first that the caller may not see */
  requireVisible(caller: Caller, machineIds: readonly string[]): Promise<void>;

  /** In the transaction of the caller: what lists show of the machine's work (BSRV-25, BSRV-26). */
  recordActivity(
    tx: Tx,
    machineId: string,
    change: {
      readonly activity?: MachineActivity;
      readonly lastRun?: { readonly deploymentName: string; readonly status: string; readonly at: number };
    },
  ): Promise<void>;
  /** For enrollment: in its transaction. */
  add(tx: Tx, machine: NewMachine): Promise<void>;
  setEnrollment(tx: Tx, machineId: string, enrollment: EnrollmentStatus): Promise<void>;
  rename(tx: Tx, machineId: string, name: string): Promise<void>;

  readonly reports: Pick<Reports, 'register'>;
  readonly orders: Pick<Orders, 'register'>;
  /** Told in the transaction of each change of what rules may ask. */
  observe(observer: ChangeObserver): void;
  /** Told in the transaction that forgets a machine. */
  onRemoved(listener: RemovalListener): void;
  /** Set once by deployments. */
  setRuns(runs: RunsOfMachines): void;
}

export interface MachineOptions {
  readonly sites: Sites;
  readonly status: Status;
  /** Tests listen elsewhere, or let a host fall silent. */
  readonly sendWake?: SendWake;
  readonly ping?: Ping;
}

export function registerMachines(kernel: Kernel, options: MachineOptions): Machines {
  const log = kernel.log.child({ component: 'machines' });
  const changes = createChanges();
  const catalogue = createSoftwareCatalogue();
  const deps: Deps = { ...kernel, ...options, log, changes, catalogue };
  const ping = options.ping ?? createPing({ log });
  const watch = createWatch({ ...deps, ping });
  const waking = { ...deps, watch, sendWake: options.sendWake ?? sendWake };
  const orders = createOrders(deps);
  const reports = createReports(deps, orders);
  const progress = createProgress(deps);
  const stateCounts = createStateCounts(deps);
  const removalListeners: RemovalListener[] = [];
  let runs = noRuns;

  orders.register((machineId) => fetchCommands(deps, machineId));
  defineCommandExpiry(deps);
  followPresence(deps, watch);
  addAgentRoutes(kernel, { reports, orders, progress });
  addMachineRoutes({ ...waking, stateCounts, removalListeners, runs: () => runs });
  exposeEvents(kernel);

  return {
    factsOf: createFactsOf(deps),
    isOnline: kernel.channel.isOnline,
    async wake(machineId) {
      const woken = await wakeMachines(waking, [machineId]);
      if (!woken.get(machineId)) throw new Failure('machine-has-no-mac', { id: machineId });
    },
    nudge: (machineId) => void kernel.channel.nudge(machineId),
    progressOf: progress.of,
    enrolledAfter: (afterId, limit) => enrolledAfter(kernel.db.read, afterId, limit),
    enrolledAmong: (ids, read = kernel.db.read) => enrolledAmong(read, ids),
    countEnrolled: () => countEnrolled(kernel.db.read),
    list: (caller, query) => listMachines({ ...kernel, stateCounts }, caller, query),
    visibleIds: (caller, ids, read = kernel.db.read) => visibleIds(read, caller, ids),
    requireVisible: (caller, ids) => requireVisible(kernel.db.read, caller, ids),
    async recordActivity(tx, machineId, { activity, lastRun }) {
      await updateMachine(tx, machineId, {
        ...(activity && { activity }),
        ...(lastRun && {
          last_run_name: lastRun.deploymentName,
          last_run_status: lastRun.status,
          last_run_at: lastRun.at,
        }),
      });
      await kernel.events.publish(tx, 'machines.changed', { machineId });
    },
    add: (tx, machine) => addMachine(deps, tx, machine),
    setEnrollment: (tx, id, enrollment) => setEnrollment(deps, tx, id, enrollment),
    rename: (tx, id, name) => renameMachine(deps, tx, id, name),
    reports,
    orders,
    observe: changes.observe,
    onRemoved: (listener) => void removalListeners.push(listener),
    setRuns: (answers: RunsOfMachines) => {
      runs = answers;
    },
  };
}

function exposeEvents({ live }: Pick<Kernel, 'live'>) {
  const message = ({ machineId }: { machineId: string }) => ({ topic: 'machines', id: machineId });
  const machineId = (payload: { machineId: string }) => payload.machineId;
  live.expose('machines.changed', { permission: 'view', message, machineId });
  live.expose('machines.removed', { permission: 'view', message: () => ({ topic: 'machines' }) });
  live.expose('machines.inventory-changed', { permission: 'view', message, machineId });
  live.expose('machines.power-changed', {
    permission: 'view',
    message: ({ machineId: id, to }) => ({ topic: 'machines', id, facts: { powerState: to } }),
    machineId,
  });
  live.expose('machines.presence', {
    permission: 'view',
    message: ({ machineId: id, isOnline }) => ({ topic: 'machines', id, facts: { isOnline } }),
    machineId,
  });
  live.expose('machines.progress', {
    permission: 'view',
    message: ({ machineId: id, runs }) => ({ topic: 'runs', facts: { machineId: id, runs } }),
    machineId,
  });
}
