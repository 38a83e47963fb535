import { Failure } from '@tenkai/domain/failure.ts';
import type { Platform, PlatformOptions } from './platform.ts';

/**
 * The platform of this machine, loaded alone.
 * @throws Failure platform-unsupported
 */
export async function selectPlatform(options: PlatformOptions): Promise<Platform> {
  if (process.platform === 'win32') {
    const { openWindows } = await import('./windows/index.ts');
    return openWindows(options);
  }
  if (process.platform !== 'linux') throw new Failure('platform-unsupported', { platform: process.platform });
  const { openLinux } = await import('./linux/index.ts');
  return openLinux(options);
}

/** What environment and settings say about the platform. */
export function platformOptions(
  env: Readonly<Record<string, string | undefined>>,
  settings: { root?: string; powerCommand?: readonly string[] },
): PlatformOptions {
  return {
    root: settings.root ?? null,
    powerCommand: settings.powerCommand ?? null,
    bootIdFile: env.TENKAI_BOOT_ID_FILE || null,
    env,
  };
}
