import { open } from 'node:fs/promises';
import type { FirewallNeeds } from '@tenkai/domain/firewall/index.ts';
import { HostFirewallCheck, judgeCheck } from '@tenkai/domain/site-health/host-firewall.ts';
import * as Value from 'typebox/value';
import { askWindows } from './ask-windows.ts';
import type { LookAtFirewall } from './needs.ts';

export const notLookedAt: LookAtFirewall = async () => ({ state: 'not-checked', cause: 'off' });

export interface HostFirewallOptions {
  readonly system: NodeJS.Platform;
  /** Where root writes its looks down; null: nowhere. */
  readonly checkFile: string | null;
  readonly needs: FirewallNeeds;
  /** Of Windows; empty: all that are on. */
  readonly profiles: readonly string[];
  /** When this process began, epoch ms. */
  readonly startedAt: number;
}

/**
 * On Linux the server is no root and cannot ask: a timer's unit does and writes it down. As a service of Windows it is
 * LocalSystem and asks by itself.
 */
export function hostFirewallOf({
  system,
  checkFile,
  needs,
  profiles,
  startedAt,
}: HostFirewallOptions): LookAtFirewall {
  if (system === 'win32') return askWindows({ needs, profiles });
  return checkFile === null ? notLookedAt : readChecks(checkFile, startedAt);
}

const maxBytes = 256 * 1024;

/** Reads what `tenkai firewall check --write FILE` wrote. */
export function readChecks(file: string, startedAt: number): LookAtFirewall {
  return async (now) => {
    const text = await readSmall(file).catch((error: NodeJS.ErrnoException) => error);
    if (typeof text !== 'string')
      return { state: 'not-checked', cause: text.code === 'ENOENT' ? 'never' : 'unreadable' };
    const check = parse(text);
    return Value.Check(HostFirewallCheck, check)
      ? judgeCheck(check, now, startedAt)
      : { state: 'not-checked', cause: 'unreadable' };
  };
}

async function readSmall(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(maxBytes), 0, maxBytes, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
