import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { uptime } from 'node:os';
import type { PlatformOptions } from '../platform.ts';
import { systemEnvironment, systemProgram } from './environment.ts';
import { registryValueSync } from './registry.ts';

/** This part of the registry is made anew at every start and never written to the disk (decision 0056). */
const volatileKey = 'HKLM\\HARDWARE\\DESCRIPTION\\System';
const valueName = 'TenkaiBoot';

interface Boot {
  readonly id: string;
  /** Epoch milliseconds, as they were first reckoned: the clock may be set later. */
  readonly at: number;
}

let known: Boot | undefined;

/** The start in which this process lives; it cannot live in two. */
function ownBoot(): Boot {
  known ??= parseBoot(registryValueSync(volatileKey, valueName)) ?? markBoot();
  return known;
}

export function parseBoot(text: string | undefined): Boot | undefined {
  const [, id, at] = /^([0-9a-f-]{36}) (\d{1,15})$/.exec(text ?? '') ?? [];
  return id && at ? { id, at: Number(at) } : undefined;
}

/** The first of our processes in this start of Windows gives it a name. */
function markBoot(): Boot {
  const boot = { id: randomUUID(), at: Math.round(Date.now() - uptime() * 1000) };
  const value = ['/v', valueName, '/t', 'REG_SZ', '/d', `${boot.id} ${boot.at}`];
  spawnSync(systemProgram('reg.exe'), ['add', volatileKey, ...value, '/f', '/reg:64'], {
    stdio: 'ignore',
    windowsHide: true,
    env: systemEnvironment(),
  });
  // Where two were the first at once, the last word is everybody's.
  return parseBoot(registryValueSync(volatileKey, valueName)) ?? boot;
}

export function bootId({ bootIdFile }: Pick<PlatformOptions, 'bootIdFile'>): string {
  return bootIdFile === null ? ownBoot().id : readFileSync(bootIdFile, 'utf8').trim();
}

/** Epoch milliseconds. */
export function bootedAt({ bootIdFile }: Pick<PlatformOptions, 'bootIdFile'>): number {
  return bootIdFile === null ? ownBoot().at : Math.floor(statSync(bootIdFile).mtimeMs);
}
