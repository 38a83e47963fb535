import { readFileSync, statSync } from 'node:fs';
import type { PlatformOptions } from '../platform.ts';

const kernelBootId = '/proc/sys/kernel/random/boot_id';

/** Identifier of this start of the machine; see proc_sys_kernel(5). */
export function bootId({ bootIdFile }: Pick<PlatformOptions, 'bootIdFile'>): string {
  return readFileSync(bootIdFile ?? kernelBootId, 'utf8').trim();
}

/** The one of the kernel, also where tests play a restart: processes live in the real boot. */
export function realBootId(): string {
  return bootId({ bootIdFile: null });
}

/** Epoch milliseconds; see `btime` in proc_stat(5). */
export function bootedAt({ bootIdFile }: Pick<PlatformOptions, 'bootIdFile'>): number {
  if (bootIdFile !== null) return Math.floor(statSync(bootIdFile).mtimeMs);
  const [, seconds = '0'] = /^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8')) ?? [];
  return Number(seconds) * 1000;
}
