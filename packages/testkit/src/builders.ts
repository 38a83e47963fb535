import type {
  DeploymentDraft,
  Inventory,
  MachineFacts,
  Program,
  ScenarioDraft,
  SoftwarePackage,
  Step,
  StepResult,
} from '@tenkai/domain';

/** Valid objects with sensible values; a test names only what it is about. */

export function aProgram(over: Partial<Program> = {}): Program {
  return {
    name: 'install',
    executable: null,
    parameters: 'true',
    options: { window: 'hidden', logon: 'whether-or-not', rights: 'administrator', maxRunTimeMinutes: 10 },
    exitCodes: { success: [0], restart: [3010] },
    targets: [],
    requires: [],
    ...over,
  };
}

export function aPackage(over: Partial<SoftwarePackage> = {}): SoftwarePackage {
  return {
    id: 'hello',
    name: 'Hello',
    publisher: 'Example',
    version: '1.0',
    language: 'ALL',
    releaseDate: '',
    summary: '',
    type: 'application',
    urgency: 'normal',
    advisoryId: '',
    identification: '',
    majorVersion: null,
    minorVersion: null,
    targets: [],
    condition: null,
    detection: [{ kind: 'file', path: '/opt/hello/version' }],
    programs: [aProgram()],
    restartAfterInstall: false,
    standalone: false,
    before: null,
    after: null,
    revision: 1,
    contentId: 'c'.repeat(64),
    contentBytes: 1000,
    ...over,
  };
}

export function anInventory(system: Partial<Inventory['operatingSystem']> = {}): Inventory {
  return {
    hardware: {
      manufacturer: 'QEMU',
      model: 'Standard PC',
      serial: '',
      uuid: '',
      cpu: { model: 'cpu', cores: 2, architecture: 'x64' },
      memoryBytes: 4 * 1024 ** 3,
      disks: [],
    },
    network: { hostname: 'm1', interfaces: [] },
    operatingSystem: {
      family: 'linux',
      id: 'debian',
      name: 'Debian GNU/Linux 12',
      version: '12',
      language: 'en',
      architecture: 'x64',
      kernel: '6.1',
      bootId: 'boot-1',
      bootedAt: '2026-01-01T00:00:00Z',
      ...system,
    },
    software: [],
    agent: { version: '0.1.0' },
  };
}

export function aMachine(over: Partial<MachineFacts> = {}): MachineFacts {
  return {
    id: 'm1',
    name: 'm1',
    inventory: anInventory(),
    powerState: 'on',
    isOnline: true,
    lastSeenAt: null,
    properties: {},
    ...over,
  };
}

export function installStep(packageId: string, over: Partial<Step> = {}): Step {
  return {
    kind: 'install-package',
    id: packageId,
    name: packageId,
    packageId,
    program: null,
    ...over,
  } as Step;
}

export function aScenario(over: Partial<ScenarioDraft> = {}): ScenarioDraft {
  return {
    name: 'Install hello',
    description: '',
    variables: [],
    steps: [installStep('hello')],
    options: { restartAfter: false, powerOffAtEnd: false, restartAtStart: false },
    ...over,
  };
}

export function aDeployment(over: Partial<DeploymentDraft> = {}): DeploymentDraft {
  return {
    name: 'Hello everywhere',
    subject: { kind: 'scenario', scenarioId: 's1' },
    collectionId: 'all',
    purpose: 'required',
    schedule: { kind: 'now' },
    respectsWindows: true,
    concurrency: null,
    wakesMachines: false,
    retries: 0,
    variables: [],
    ...over,
  };
}

export function aStepResult(index: number, over: Partial<StepResult> = {}): StepResult {
  return {
    index,
    outcome: 'succeeded',
    reason: null,
    exitCode: 0,
    logTail: '',
    versionBefore: null,
    versionAfter: '1.0',
    detection: [{ rule: { kind: 'file', path: '/opt/hello/version' }, isDetected: true, found: 'there' }],
    startedAt: 1,
    finishedAt: 2,
    ...over,
  };
}
