import type { NetworkInterfaceInfo } from 'node:os';
import type { Architecture, Disk, NetworkInterface } from '@tenkai/domain';

/** `lsblk -J -b -d -o NAME,TYPE,SIZE,MODEL`; loop devices and drives without a disc are no disks. */
export function parseLsblk(text: string): Disk[] {
  const { blockdevices = [] } = JSON.parse(text) as { blockdevices?: Record<string, unknown>[] };
  return blockdevices.flatMap(({ name, type, size, model }) => {
    const sizeBytes = Number(size);
    if (type !== 'disk' || typeof name !== 'string' || !(sizeBytes > 0)) return [];
    const shown = typeof model === 'string' ? model.trim() : '';
    return [{ name, sizeBytes, ...(shown === '' ? {} : { model: shown.slice(0, 255) }) }];
  });
}

/** `model name` of x86, `Model` of ARM boards. */
export function parseCpuModel(cpuinfo: string): string {
  return /^(?:model name|Model)\s*:\s*(.+)$/m.exec(cpuinfo)?.[1] ?? '';
}

/** Processors as Node names them. */
export function architectureOf(arch: string): Architecture {
  if (arch === 'arm64') return 'arm64';
  return arch === 'ia32' ? 'x86' : 'x64';
}

/** `LANG` of locale.conf(5) as ISO 639-1, with the region where the language needs one: `ja`, `zh-tw`. */
export function languageOf(localeFile: string): string {
  const locale = /^\s*(?:export\s+)?LANG=["']?([A-Za-z_]+)/m.exec(localeFile)?.[1] ?? '';
  const [, language, region] = /^([a-z]{2,3})(?:_([A-Z]{2}))?$/.exec(locale) ?? [];
  if (!language) return 'en';
  return language === 'zh' && region ? `zh-${region.toLowerCase()}` : language;
}

/** Flags of netdevice(7). */
const isUpFlag = 0x1;
const isLoopbackFlag = 0x8;

interface InterfaceFacts {
  readonly name: string;
  readonly mac: string;
  readonly flags: number;
  readonly addresses: readonly NetworkInterfaceInfo[];
}

/** One interface of the inventory; none for loopback. */
export function interfaceOf({ name, mac, flags, addresses }: InterfaceFacts): NetworkInterface[] {
  if ((flags & isLoopbackFlag) !== 0) return [];
  const isNone = /^(00:)*00$/.test(mac) || mac === '';
  return [
    {
      name,
      mac: isNone ? '' : mac.toLowerCase().slice(0, 64),
      isUp: (flags & isUpFlag) !== 0,
      addresses: addresses.map(({ address, cidr, family }) => ({
        address,
        prefix: Number(cidr?.split('/')[1] ?? (family === 'IPv4' ? 32 : 128)),
        family: family === 'IPv4' ? ('ipv4' as const) : ('ipv6' as const),
      })),
    },
  ];
}
