import type { Disk, NetworkInterface } from '@tenkai/domain';
import { interfaceOf } from '../interfaces.ts';

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

interface LinkFlags extends Omit<Parameters<typeof interfaceOf>[0], 'isUp'> {
  readonly flags: number;
}

/** One interface of the inventory; none for loopback. */
export function interfaceWithFlags({ flags, ...facts }: LinkFlags): NetworkInterface[] {
  if ((flags & isLoopbackFlag) !== 0) return [];
  return [interfaceOf({ ...facts, isUp: (flags & isUpFlag) !== 0 })];
}
