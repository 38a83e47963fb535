import { statfs } from 'node:fs/promises';
import { cpus, hostname, networkInterfaces, totalmem, version } from 'node:os';
import type { Disk, Hardware, InstalledSoftware, Network, OperatingSystem } from '@tenkai/domain';
import { dataOf, type RegistryKey } from '@tenkai/domain/machine/registry-listing.ts';
import { architectureOf, interfaceOf } from '../interfaces.ts';
import type { InventorySource } from '../platform.ts';
import { run } from '../shell.ts';
import { powershellArguments } from './detection.ts';
import { systemEnvironment, systemProgram } from './environment.ts';
import {
  diskQuestion,
  idOf,
  languageOf,
  parseDisks,
  servicePackOf,
  systemNameOf,
} from './inventory-parsers.ts';
import { type AskRegistry, registryValueSync } from './registry.ts';
import { type Firmware, firmwareOf, smbiosKey, smbiosValue } from './smbios.ts';
import { listProducts, softwareOf } from './uninstall.ts';

interface InventoryDeps {
  readonly registry: AskRegistry;
  readonly bootId: () => string;
  readonly bootedAt: () => number;
}

const versionKey = 'HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion';
const biosKey = 'HKLM\\HARDWARE\\DESCRIPTION\\System\\BIOS';
const languageKey = 'HKLM\\SYSTEM\\CurrentControlSet\\Control\\Nls\\Language';
const domainKey = 'HKLM\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters';
const guidKey = 'HKLM\\SOFTWARE\\Microsoft\\Cryptography';
const powershellLimitMs = 120_000;

/** From the registry and Node where they know it; PowerShell for the sizes of disks. */
export function createInventory(deps: InventoryDeps): InventorySource {
  const keyOf = async (key: string, signal: AbortSignal) =>
    (await deps.registry({ key, view: '64' }, signal))?.[0];
  return {
    async collect(signal) {
      const [bios, domain, current, language] = await Promise.all(
        [biosKey, domainKey, versionKey, languageKey].map((key) => keyOf(key, signal)),
      );
      return {
        hardware: hardware(bios, await listDisks(signal)),
        network: network(dataOf(domain, 'Domain') ?? ''),
        operatingSystem: operatingSystem(deps, current, dataOf(language, 'InstallLanguage') ?? ''),
        software: await listSoftware(deps.registry, signal),
      };
    },
    hardwareFacts() {
      const { manufacturer, model, serial, uuid } = firmware();
      return [registryValueSync(guidKey, 'MachineGuid') ?? '', manufacturer, model, serial, uuid];
    },
    systemName: () => version(),
    async freeBytes(folder) {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    },
    linkFacts: () => ({ batteryPercent: null, linkMbits: 0, isWireless: false }),
  };
}

const noFirmware: Firmware = { manufacturer: '', model: '', serial: '', uuid: '' };

function firmware(): Firmware {
  const hex = registryValueSync(smbiosKey, smbiosValue) ?? '';
  return firmwareOf(Buffer.from(hex, 'hex')) ?? noFirmware;
}

function hardware(bios: RegistryKey | undefined, disks: Disk[]): Hardware {
  const { manufacturer, model, serial, uuid } = firmware();
  const text = (value: string) => value.trim().slice(0, 255);
  return {
    manufacturer: text(manufacturer || (dataOf(bios, 'SystemManufacturer') ?? '')),
    model: text(model || (dataOf(bios, 'SystemProductName') ?? '')),
    serial: text(serial),
    uuid,
    cpu: {
      model: text(cpus()[0]?.model ?? ''),
      cores: Math.max(1, cpus().length),
      architecture: architectureOf(process.arch),
    },
    memoryBytes: totalmem(),
    disks,
  };
}

async function listDisks(signal: AbortSignal): Promise<Disk[]> {
  const options = { timeoutMs: powershellLimitMs, signal, env: systemEnvironment() };
  const { code, stdout } = await run(
    systemProgram('powershell.exe'),
    powershellArguments(diskQuestion),
    options,
  );
  return (code === 0 && parseDisks(stdout)) || [];
}

function network(domain: string): Network {
  const interfaces = Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) => {
    if (addresses.every(({ internal }) => internal)) return [];
    // Windows lists those that are up.
    return interfaceOf({ name, mac: addresses[0]?.mac ?? '', isUp: true, addresses });
  });
  const name = hostname() || 'localhost';
  return { hostname: name, ...(domain === '' ? {} : { domain: domain.slice(0, 255) }), interfaces };
}

function operatingSystem(
  { bootId, bootedAt }: InventoryDeps,
  current: RegistryKey | undefined,
  installLanguage: string,
): OperatingSystem {
  const text = (name: string) => dataOf(current, name)?.trim() ?? '';
  const build = text('CurrentBuild');
  const name = systemNameOf({
    build,
    productName: text('ProductName'),
    installationType: text('InstallationType'),
  });
  const servicePack = servicePackOf(text('CSDVersion'));
  const revision = Number(text('UBR'));
  return {
    family: 'windows',
    id: idOf(name).slice(0, 64),
    name: [name, text('EditionID'), text('DisplayVersion')]
      .filter((part) => part !== '')
      .join(' ')
      .slice(0, 255),
    version: build.slice(0, 64),
    ...(text('EditionID') === '' ? {} : { edition: text('EditionID').slice(0, 64) }),
    ...(servicePack ? { servicePack } : {}),
    language: languageOf(installLanguage),
    architecture: architectureOf(process.arch),
    kernel: `10.0.${build}${revision > 0 ? `.${revision}` : ''}`,
    bootId: bootId(),
    bootedAt: new Date(bootedAt()).toISOString(),
  };
}

async function listSoftware(registry: AskRegistry, signal: AbortSignal): Promise<InstalledSoftware[]> {
  return (await listProducts(registry, signal)).map(softwareOf);
}
