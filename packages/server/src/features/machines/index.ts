import { Failure } from '@tenkai/domain/failure.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { defineCommandExpiry, fetchCommands } from './commands/commands.ts';
import type { MachineActs, MachineQuestions, MachineRegistries, Machines } from './door.ts';
import { createFactsOf } from './inventory/facts.ts';
import { listMachines } from './list/machines.views.ts';
import { requireVisible, visibleIds } from './list/scope.ts';
import { exposeEvents } from './live-topics.ts';
import { addAgentRoutes } from './machines.agent.ts';
import { addMachineRoutes } from './machines.routes.ts';
import { addressOf, countEnrolled, enrolledAfter, enrolledAmong, knownAmong } from './machines.store.ts';
import { addMachine, recordActivities, renameMachine, setEnrollment } from './machines.ts';
import { createParts, type MachineOptions, type Parts } from './parts.ts';
import { wakeMachines } from './power/wake-machines.ts';
import { followPresence } from './presence/presence.ts';
import './status-messages.ts';

export type { ChangeObserver } from './changes.ts';
export type { OrderSource } from './commands/orders.ts';
export type { Machines } from './door.ts';
export type { ProgressEntry } from './events.ts';
export type { FactsOf, FactsOptions } from './inventory/facts.ts';
export type { RunsOfMachines } from './list/runs-of-machines.ts';
export type { ActivityChange, NewMachine } from './machines.store.ts';
export type { ReportHandler, ReportSet, ReportToTake, Told } from './reports/report-handler.ts';

export function registerMachines(kernel: Kernel, options: MachineOptions): Machines {
  const parts = createParts(kernel, options);
  const { deps, orders, runs } = parts;
  orders.register((machineIds) => fetchCommands(deps, machineIds));
  defineCommandExpiry(deps);
  followPresence(deps, deps.watch);
  addAgentRoutes(kernel, parts);
  addMachineRoutes({ ...parts, ...deps, runs: () => runs.current });
  exposeEvents(kernel);
  return { ...questions(parts), ...acts(parts), ...registries(parts) };
}

function questions({ deps, progress, stateCounts }: Parts): MachineQuestions {
  const { read } = deps.db;
  return {
    factsOf: createFactsOf(deps),
    isOnline: deps.channel.isOnline,
    async wake(machineId) {
      const woken = await wakeMachines(deps, [machineId]);
      if (!woken.get(machineId)) throw new Failure('machine-has-no-mac', { id: machineId });
    },
    async echo(machineId) {
      const address = (await addressOf(read, machineId)) ?? '';
      return { address, isAnswered: await deps.ping(address) };
    },
    nudge: (machineId) => void deps.channel.nudge(machineId),
    progressOf: progress.of,
    enrolledAfter: (afterId, limit) => enrolledAfter(read, afterId, limit),
    enrolledAmong: (ids, from = read) => enrolledAmong(from, ids),
    knownAmong: (ids, from = read) => knownAmong(from, ids),
    countEnrolled: () => countEnrolled(read),
    list: (caller, query) => listMachines({ ...deps, stateCounts }, caller, query),
    visibleIds: (caller, ids, from = read) => visibleIds(from, caller, ids),
    requireVisible: (caller, ids, from = read) => requireVisible(from, caller, ids),
  };
}

function acts({ deps, refusalListeners }: Parts): MachineActs {
  return {
    recordActivities: (tx, changes) => recordActivities(deps, tx, changes),
    add: (tx, machine) => addMachine(deps, tx, machine),
    async setEnrollment(tx, id, enrollment) {
      await setEnrollment(deps, tx, id, enrollment);
      if (enrollment === 'refused') for (const listener of refusalListeners) await listener(tx, id);
    },
    rename: (tx, id, name) => renameMachine(deps, tx, id, name),
  };
}

function registries({
  deps,
  reports,
  orders,
  removalListeners,
  refusalListeners,
  runs,
}: Parts): MachineRegistries {
  return {
    reports,
    orders,
    observe: deps.changes.observe,
    onRemoved: (listener) => void removalListeners.push(listener),
    onRefused: (listener) => void refusalListeners.push(listener),
    setRuns: (answers) => {
      runs.current = answers;
    },
  };
}
