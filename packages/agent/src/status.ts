import type { AgentComponent } from '@tenkai/domain';
import { Failure } from '@tenkai/domain/failure.ts';
import { type AssignmentRecord, readAssignment } from './assignment/record.ts';
import { agentComponents } from './components.ts';
import type { DataFolder } from './data-folder.ts';
import './failures.ts';
import { readEnrollment } from './identity.ts';
import type { Platform } from './platform/platform.ts';
import { runTurns } from './run-turns.ts';
import { readStatus, type ServiceStatus } from './service/status-file.ts';
import { readSettings, type Settings } from './settings.ts';
import { type Trouble, troubleOf } from './trouble-text.ts';
import { agentVersion } from './version.ts';

/** What the old control panel showed on its tabs General, Components, Actions and Site (AGENT-31). */
export interface AgentStatus {
  readonly general: {
    readonly version: string;
    /** Of the service that runs; null: none does. After an upgrade both are the same again. */
    readonly serviceVersion: string | null;
    readonly machineId: string | null;
    readonly isRunning: boolean;
    readonly isConnected: boolean;
    /** With its remedy; empty: all is well. */
    readonly trouble: string;
    readonly troubleCode: string | null;
    readonly troubleParams: Readonly<Record<string, unknown>>;
    readonly activeRuns: readonly string[];
    /** Delivered, and waiting for the next start of this machine. */
    readonly pendingRuns: readonly string[];
  };
  readonly components: readonly AgentComponent[];
  readonly actions: readonly {
    readonly name: string;
    readonly command: string;
    readonly lastAt: string | null;
  }[];
  readonly site: {
    readonly code: string | null;
    readonly name: string | null;
    readonly server: string | null;
    readonly rootFingerprint: string | null;
    readonly isAssigned: boolean;
    /** Which source has named the server: `given`, `boundary`, `directory`, `locator`, `dns`; null: there is none. */
    readonly foundBy: string | null;
    /** Nobody is asked for a site. */
    readonly isHeld: boolean;
    /** How the site is found, as it was given: siteCode, managementPoint, locator, dnsSuffix, … */
    readonly properties: Readonly<Record<string, string>>;
    /** The latest search; null: there was none. */
    readonly search: AssignmentRecord | null;
  };
}

/** Of an agent that is upgraded while it runs, the service may know of no code. */
const troubleSaid = ({ trouble, troubleCode = null, troubleParams = {} }: ServiceStatus): Trouble => ({
  ...{ trouble, troubleCode, troubleParams },
});

/** The same facts for the table and for `--json`. */
export function agentStatus(data: DataFolder, platform: Platform): AgentStatus {
  const settings = readSettings(data);
  const enrollment = readEnrollment(data);
  const service = readStatus(data);
  const isRunning = service !== undefined && platform.processes.isAlive(service.process);
  const turns = runTurns(data, platform.bootId());
  const isConnected = isRunning && service.isConnected;
  const isAssigned = enrollment !== undefined;
  const lastAt = (at: number | null | undefined) => (at ? new Date(at).toISOString() : null);
  return {
    general: {
      version: agentVersion,
      serviceVersion: isRunning ? (service.version ?? null) : null,
      machineId: enrollment?.machineId ?? null,
      isRunning,
      isConnected,
      ...(isRunning ? troubleSaid(service) : troubleOf(new Failure('agent-not-running'))),
      activeRuns: turns.active.map(({ name }) => name),
      pendingRuns: turns.pending.map(({ name }) => name),
    },
    components: agentComponents({ isAssigned, isRunning, isConnected, power: platform.power.supports }),
    actions: [
      { name: 'check-in', command: 'tenkai-agent check-in', lastAt: lastAt(service?.lastCheckInAt) },
      { name: 'inventory', command: 'tenkai-agent inventory', lastAt: lastAt(service?.lastInventoryAt) },
    ],
    site: {
      code: enrollment?.siteCode ?? null,
      name: enrollment?.siteName ?? null,
      server: settings.server ?? null,
      rootFingerprint: settings.rootFingerprint ?? null,
      isAssigned,
      foundBy: settings.server === undefined ? null : (settings.assignment?.foundBy ?? 'given'),
      isHeld: settings.assignment?.isHeld ?? false,
      properties: propertiesOf(settings),
      search: readAssignment(data) ?? null,
    },
  };
}

const propertyFields = [
  'siteCode',
  'managementPoint',
  'locator',
  'dnsSuffix',
  'fallbackStatusPoint',
  'patch',
] as const;

function propertiesOf({ assignment = {} }: Settings): Record<string, string> {
  return Object.fromEntries(
    propertyFields.flatMap((field) => (assignment[field] === undefined ? [] : [[field, assignment[field]]])),
  );
}
