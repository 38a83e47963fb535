import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readIfThere } from '../../durable-file.ts';
import type { LinkFacts } from '../platform.ts';

/**
 * Reads power and a card from sysfs. See Documentation/ABI/testing/sysfs-class-power and sysfs-class-net.
 * @param classes `/sys/class`
 */
export function linkFactsOf(classes: string, card: string): LinkFacts {
  const device = join(classes, 'net', card);
  // -1, or an error, where there is no carrier or the driver does not know.
  const linkMbits = Math.max(0, numberIn(join(device, 'speed')) ?? 0);
  const isWireless = ['wireless', 'phy80211'].some((name) => existsSync(join(device, name)));
  return { batteryPercent: batteryOf(join(classes, 'power_supply')), linkMbits, isWireless };
}

/** Null where mains or USB feed it, or where no battery of the system is known. */
function batteryOf(folder: string): number | null {
  const supplies = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  const isFed = supplies.some(
    (supply) => textIn(join(supply, 'type')) !== 'Battery' && numberIn(join(supply, 'online')) === 1,
  );
  if (isFed) return null;
  // A mouse's battery has the scope Device.
  const own = supplies.filter(
    (supply) => textIn(join(supply, 'type')) === 'Battery' && textIn(join(supply, 'scope')) !== 'Device',
  );
  const levels = own.flatMap((supply) => numberIn(join(supply, 'capacity')) ?? []);
  return levels.length === 0 ? null : Math.min(100, Math.max(0, Math.max(...levels)));
}

function numberIn(file: string): number | undefined {
  const value = Number.parseInt(textIn(file) ?? '', 10);
  return Number.isNaN(value) ? undefined : value;
}

function textIn(file: string): string | undefined {
  try {
    return readIfThere(file)?.trim();
  } catch {
    // `speed` of a card without carrier is EINVAL.
    return undefined;
  }
}
