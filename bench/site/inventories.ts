import { createHash } from 'node:crypto';
import { type InstalledSoftware, type Inventory, inventoryDigestInput } from '@tenkai/domain';
import type { InventoryReport } from '@tenkai/protocol/agent/reports.ts';

const poolSize = 3000;
const perMachine = 700;

/** What is installed somewhere in the fleet: names and versions of the length that packages have. */
export const softwarePool: readonly InstalledSoftware[] = Array.from({ length: poolSize }, (_, index) => ({
  name: `lib${['alpha', 'bravo', 'charlie', 'delta', 'echo'][index % 5]}-component-${index}`,
  version: `${1 + (index % 9)}.${index % 30}.${index % 7}-${1 + (index % 4)}+deb12u${index % 3}`,
  source: 'dpkg',
  architecture: 'amd64',
}));

/** Indexes of the pool: a machine has some hundred of the packages, most of them the common ones. */
export function pickSoftware(random: () => number): number[] {
  const picked = new Set<number>();
  while (picked.size < perMachine) picked.add(Math.floor(random() ** 2 * poolSize));
  return [...picked].sort((a, b) => a - b);
}

/** A whole inventory as an agent would send it. */
export function makeInventory(random: () => number, index: number): Inventory {
  const mac = `02:00:00:${[(index >> 16) & 255, (index >> 8) & 255, index & 255].map((byte) => byte.toString(16).padStart(2, '0')).join(':')}`;
  const address = `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;
  return {
    hardware: {
      manufacturer: 'Example Computers',
      model: `Office ${index % 7}`,
      serial: `SN${index.toString(36).toUpperCase().padStart(8, '0')}`,
      uuid: '',
      cpu: { model: 'Example CPU at 3.0 GHz', cores: 4 + 4 * (index % 3), architecture: 'x64' },
      memoryBytes: (8 + 8 * (index % 4)) * 2 ** 30,
      disks: [{ name: '/dev/nvme0n1', sizeBytes: 512_110_190_592, model: 'Example NVMe 512' }],
    },
    network: {
      hostname: `host-${index}`,
      interfaces: [
        { name: 'enp0s31f6', mac, isUp: true, addresses: [{ address, prefix: 16, family: 'ipv4' }] },
      ],
    },
    operatingSystem: {
      family: 'linux',
      id: 'debian',
      name: 'Debian GNU/Linux 12',
      version: '12',
      language: 'en',
      architecture: 'x64',
      kernel: '6.1.0-30-amd64',
      bootId: `boot-${index}`,
      bootedAt: '2026-01-01T00:00:00Z',
    },
    software: pickSoftware(random).map((at) => softwarePool[at] as InstalledSoftware),
    agent: { version: '0.1.0' },
  };
}

export function wholeInventoryReport(inventory: Inventory): InventoryReport {
  const digest = createHash('sha256').update(inventoryDigestInput(inventory)).digest('hex');
  return { kind: 'inventory', base: null, digest, whole: inventory, difference: null };
}
