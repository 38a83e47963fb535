import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { readdir, stat, statfs } from 'node:fs/promises';
import { cpus, hostname, networkInterfaces, release, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Disk, Hardware, InstalledSoftware, Network, OperatingSystem } from '@tenkai/domain';
import { readIfThere } from '../../durable-file.ts';
import { architectureOf } from '../interfaces.ts';
import type { InventorySource, Paths } from '../platform.ts';
import { run } from '../shell.ts';
import { interfaceWithFlags, languageOf, parseCpuModel, parseLsblk } from './inventory-parsers.ts';
import { linkFactsOf } from './link-facts.ts';
import { readOsRelease } from './os-release.ts';
import { softwareOf } from './package-parsers.ts';
import { listDpkg, listRpm } from './packages.ts';

interface InventoryDeps {
  readonly paths: Paths;
  readonly bootId: () => string;
  readonly bootedAt: () => number;
}

/** From /proc, /sys and Node where they know it; lsblk and the package managers for the rest. */
export function createInventory(deps: InventoryDeps): InventorySource {
  return {
    async collect(signal) {
      const [disks, software] = await Promise.all([listDisks(signal), listSoftware(deps.paths, signal)]);
      return {
        hardware: hardware(disks),
        network: await network(),
        operatingSystem: operatingSystem(deps),
        software,
      };
    },
    hardwareFacts: () => hardwareFacts(deps.paths),
    systemName: () => operatingSystem(deps).name,
    async freeBytes(folder) {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    },
    linkFacts: (card) => linkFactsOf('/sys/class', card),
  };
}

/** A fact of the firmware; empty where there is none, as in containers. See Documentation/ABI/testing/sysfs-firmware. */
function firmware(name: string): string {
  return (quietly(`/sys/class/dmi/id/${name}`) ?? '').slice(0, 255);
}

function quietly(file: string): string | undefined {
  try {
    return readIfThere(file)?.trim();
  } catch {
    // Some are for root alone.
    return undefined;
  }
}

function hardware(disks: Disk[]): Hardware {
  const model = cpus()[0]?.model ?? '';
  return {
    manufacturer: firmware('sys_vendor'),
    model: firmware('product_name'),
    serial: firmware('product_serial'),
    uuid: firmware('product_uuid').toLowerCase().slice(0, 64),
    cpu: {
      model: (model === '' || model === 'unknown' ? parseCpuModel(quietly('/proc/cpuinfo') ?? '') : model)
        .trim()
        .slice(0, 255),
      cores: Math.max(1, cpus().length),
      architecture: architectureOf(process.arch),
    },
    memoryBytes: totalmem(),
    disks,
  };
}

async function listDisks(signal: AbortSignal): Promise<Disk[]> {
  const args = ['-J', '-b', '-d', '-o', 'NAME,TYPE,SIZE,MODEL'];
  const { code, stdout } = await run('lsblk', args, { timeoutMs: 30_000, signal });
  return code === 0 ? parseLsblk(stdout) : [];
}

async function network(): Promise<Network> {
  const folder = '/sys/class/net';
  const names = await readdir(folder).catch(() => []);
  const known = networkInterfaces();
  const name = hostname();
  const domain = /\./.test(name) ? { domain: name.slice(name.indexOf('.') + 1) } : {};
  const interfaces = names.sort().flatMap((each) =>
    interfaceWithFlags({
      name: each,
      mac: quietly(join(folder, each, 'address')) ?? '',
      flags: Number(quietly(join(folder, each, 'flags')) ?? 0),
      addresses: known[each] ?? [],
    }),
  );
  return { hostname: name || 'localhost', ...domain, interfaces };
}

function operatingSystem({ paths, bootId, bootedAt }: InventoryDeps): OperatingSystem {
  const fields = readOsRelease(paths);
  const edition = fields.get('VARIANT_ID') ?? fields.get('VARIANT');
  const locale = quietly(paths.real('/etc/locale.conf')) ?? quietly(paths.real('/etc/default/locale')) ?? '';
  return {
    family: 'linux',
    id: (fields.get('ID') || 'linux').slice(0, 64),
    name: (fields.get('PRETTY_NAME') || fields.get('NAME') || 'Linux').slice(0, 255),
    version: (fields.get('VERSION_ID') ?? '').slice(0, 64),
    ...(edition ? { edition: edition.slice(0, 64) } : {}),
    language: languageOf(locale),
    architecture: architectureOf(process.arch),
    kernel: release(),
    bootId: bootId(),
    bootedAt: new Date(bootedAt()).toISOString(),
  };
}

async function listSoftware(paths: Paths, signal: AbortSignal): Promise<InstalledSoftware[]> {
  const dpkg = (await listDpkg(paths, null, signal)) ?? [];
  const installed = dpkg.filter(({ status }) => status === 'installed');
  const dates = installed.length === 0 ? new Map<string, string>() : await dpkgDates(paths);
  const rows = installed.map((row) =>
    softwareOf(row, dates.get(`${row.name}:${row.architecture}`) ?? dates.get(row.name)),
  );
  return [...rows, ...((await listRpm(paths, null, signal)) ?? [])];
}

/** dpkg keeps no dates; it writes a package's list of files when it unpacks the package. */
async function dpkgDates(paths: Paths): Promise<Map<string, string>> {
  const folder = paths.real('/var/lib/dpkg/info');
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.list'));
  const dates = new Map<string, string>();
  for (const name of names) {
    const { mtime } = await stat(join(folder, name));
    dates.set(name.slice(0, -'.list'.length), mtime.toISOString());
  }
  return dates;
}

function hardwareFacts(paths: Paths): string[] {
  const machineId = quietly(paths.real('/etc/machine-id')) ?? '';
  const firmwareIds = ['product_uuid', 'product_serial', 'board_serial'].map(firmware);
  // Of several root folders on one machine each is a machine.
  const root =
    paths.root === null
      ? ''
      : createHash('sha256')
          .update(`${paths.root} ${statSync(paths.root).ino}`)
          .digest('hex');
  return [machineId, ...firmwareIds, root];
}
