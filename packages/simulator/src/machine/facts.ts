import { createHash } from 'node:crypto';
import type { Inventory, MachineFacts } from '@tenkai/domain';
import { operatingSystemEntry } from '@tenkai/domain/software/operating-system-list.ts';
import { operatingSystems } from '@tenkai/domain/software/operating-systems.ts';
import { draw, pick, pickByShare } from '../draws.ts';
import type { FleetPlan } from './fleet-plan.ts';
import { baseSoftware, softwareEntry, sourceOf } from './software.ts';

const currentAgentVersion = '0.1.0';
const agentPackage = 'tenkai-agent';

/** The version that a simulated agent says it has: the one that was put onto it, else the fleet's. */
export function agentVersionOf(
  { profile }: Pick<FleetPlan, 'profile'>,
  { installed }: Pick<MachineMemory, 'installed'>,
): string {
  const upgraded = Object.values(installed).findLast(({ name }) => name === agentPackage);
  return upgraded?.version ?? profile.agentVersion ?? currentAgentVersion;
}

/** What changes about a simulated machine, and is remembered over restarts of the simulator. */
export interface MachineMemory {
  /** The site's name for it; empty until it is enrolled. */
  machineId: string;
  /** Counts from 1. */
  boots: number;
  isOn: boolean;
  /** Content of packages that runs have delivered to it. */
  receivedBytes: number;
  /** What runs have put onto it, by `keyOf`. */
  installed: Readonly<Record<string, Installed>>;
}

export interface Installed {
  readonly source: 'dpkg' | 'rpm' | 'msi' | 'other';
  readonly name: string;
  readonly version: string;
}

export function newMemory(plan: FleetPlan, index: number): MachineMemory {
  const isOn = draw(plan.seed, index, 'off-at-start') >= plan.profile.power.offAtStart;
  return { machineId: '', boots: 1, isOn, receivedBytes: 0, installed: {} };
}

export function nameOf({ seed }: Pick<FleetPlan, 'seed'>, index: number): string {
  return `sim${seed}-${String(index).padStart(6, '0')}`;
}

/** 64 hex digits that only this machine of this fleet has, for each purpose. */
function hexOf({ seed }: Pick<FleetPlan, 'seed'>, index: number, purpose: string): string {
  return createHash('sha256').update(`tenkai-simulator/${seed}/${index}/${purpose}`).digest('hex');
}

export function hardwareFingerprintOf(plan: Pick<FleetPlan, 'seed'>, index: number): string {
  return hexOf(plan, index, 'hardware');
}

export function bootIdOf(plan: Pick<FleetPlan, 'seed'>, index: number, boots: number): string {
  const hex = hexOf(plan, index, `boot ${boots}`);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}

/** The operating system of a machine as the inventory names it, without its boot. */
function systemOf({ seed, profile }: FleetPlan, index: number) {
  const { id, version, architecture } = pickByShare(profile.systems, draw(seed, index, 'system'));
  const entry = operatingSystemEntry(operatingSystems, { id, version, architecture });
  if (!entry) throw new Error(`the operating-system list has no ${id} ${version} ${architecture}`);
  const { language } = pickByShare(profile.languages, draw(seed, index, 'language'));
  const edition = entry.editions.length > 0 ? pick(entry.editions, draw(seed, index, 'edition')) : undefined;
  const level = pick(entry.servicePacks, draw(seed, index, 'service-pack'));
  return {
    family: entry.family,
    id,
    name: entry.name,
    version: version === '' ? '10.0' : version,
    language,
    architecture,
    kernel: entry.family === 'windows' ? '10.0' : '6.1.0-26',
    ...(edition === undefined ? {} : { edition }),
    ...(level === 0 ? {} : { servicePack: { major: level, minor: 0 } }),
  };
}

export function operatingSystemName(plan: FleetPlan, index: number): string {
  return systemOf(plan, index).name;
}

function hardwareOf({ seed, profile }: FleetPlan, index: number): Inventory['hardware'] {
  const { manufacturer, model, cores, memoryGiB, diskGB } = pickByShare(
    profile.models,
    draw(seed, index, 'model'),
  );
  const hex = hexOf({ seed }, index, 'hardware');
  return {
    manufacturer,
    model,
    serial: hex.slice(0, 10).toUpperCase(),
    uuid: [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
      '-',
    ),
    cpu: {
      model: `Simulated processor, ${cores} cores`,
      cores,
      architecture: systemOf({ seed, profile, speed: 1 }, index).architecture,
    },
    memoryBytes: memoryGiB * 1024 ** 3,
    disks: [{ name: 'disk0', sizeBytes: diskGB * 1000 ** 3, model: 'Simulated disk' }],
  };
}

/** Subnets of 10.0.0.0/8, filled one after another. */
export function addressOf({ profile }: Pick<FleetPlan, 'profile'>, index: number): string {
  const subnet = Math.floor(index / profile.machinesPerSubnet);
  const host = 10 + (index % profile.machinesPerSubnet);
  return `10.${(subnet >> 8) & 255}.${subnet & 255}.${host}`;
}

function networkOf(plan: FleetPlan, index: number): Inventory['network'] {
  const pairs = hexOf(plan, index, 'network').slice(0, 10).match(/../g) ?? [];
  return {
    hostname: nameOf(plan, index),
    interfaces: [
      {
        name: 'eth0',
        // Locally administered (IEEE 802, bit 1 of the first octet): no real card has it.
        mac: ['02', ...pairs].join(':'),
        addresses: [{ address: addressOf(plan, index), prefix: 24, family: 'ipv4' }],
        isUp: true,
      },
    ],
  };
}

/** The inventory at this moment. Worked out anew each time: a process with thousands of machines keeps none. */
export function inventoryOf(
  plan: FleetPlan,
  index: number,
  memory: Pick<MachineMemory, 'boots' | 'installed'>,
  bootedAt = 0,
): Inventory {
  const system = systemOf(plan, index);
  return {
    hardware: hardwareOf(plan, index),
    network: networkOf(plan, index),
    operatingSystem: {
      ...system,
      bootId: bootIdOf(plan, index, memory.boots),
      bootedAt: new Date(bootedAt).toISOString(),
    },
    ...installedParts(plan, index, sourceOf(system), memory),
  };
}

/** The inventory of the same machine since the same start, when other packages were on it. */
export function inventoryWith(
  plan: FleetPlan,
  index: number,
  other: Inventory,
  memory: Pick<MachineMemory, 'installed'>,
): Inventory {
  return { ...other, ...installedParts(plan, index, sourceOf(other.operatingSystem), memory) };
}

/** What of an inventory depends on the packages that runs have brought. */
function installedParts(
  plan: FleetPlan,
  index: number,
  source: ReturnType<typeof sourceOf>,
  { installed }: Pick<MachineMemory, 'installed'>,
): Pick<Inventory, 'software' | 'agent'> {
  const added = Object.values(installed).map((one) => softwareEntry(one.source, one.name, one.version));
  const replaced = new Set(added.map((one) => `${one.source}\n${one.name}`));
  const { agentVersion } = plan.profile;
  const agent = agentVersion === undefined ? [] : [softwareEntry(source, agentPackage, agentVersion)];
  const base = [...baseSoftware(plan.seed, index, source), ...agent].filter(
    (one) => !replaced.has(`${one.source}\n${one.name}`),
  );
  return {
    software: [...base, ...added],
    agent: { version: agentVersionOf(plan, { installed }), isSimulated: true },
  };
}

/** What rules and plans may ask about a simulated machine: for predictions, without a site. */
export function factsOf(plan: FleetPlan, index: number, memory: MachineMemory): MachineFacts {
  return {
    id: memory.machineId || nameOf(plan, index),
    name: nameOf(plan, index),
    inventory: inventoryOf(plan, index, memory),
    powerState: memory.isOn ? 'on' : 'off',
    isOnline: memory.isOn,
    lastSeenAt: null,
    properties: {},
  };
}
