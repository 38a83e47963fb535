import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import { FallbackReply, type FallbackReport, type Trouble } from '@tenkai/protocol/agent/fallback.ts';
import { backOffMs } from '@tenkai/protocol/agent/link/back-off.ts';
import { createSiteClient } from '@tenkai/protocol/agent/link/site-client.ts';
import { pause } from '@tenkai/protocol/agent/link/wake-up.ts';
import type { DataFolder } from '../data-folder.ts';
import { readJson, writeDurably } from '../durable-file.ts';
import type { Log } from '../log.ts';
import type { Platform } from '../platform/platform.ts';
import { readSettings, type Settings } from '../settings.ts';
import { agentVersion } from '../version.ts';
import { troubleOf } from './trouble-of.ts';

/** Tells the fallback status point why this machine cannot get into its site (AGENT-13). */
export interface Fallback {
  /** What has just failed; null: the site has taken the machine, or answers it. On the disk when this returns. */
  tell(cause: unknown): void;
  /** Sends what is to be told until the signal aborts; never throws. */
  run(signal: AbortSignal): Promise<void>;
}

export interface FallbackDeps {
  readonly data: DataFolder;
  readonly now: () => number;
  readonly log: Log;
  readonly platform: Platform;
}

/** What lies on the disk: the latest word, and the one that was taken. */
interface Kept {
  readonly sender: string;
  readonly trouble: Trouble | null;
  /** Null: the fallback status point knows of nothing. */
  readonly told: { readonly what: string; readonly at: number } | null;
}

const lookEveryMs = 5000;
const unreachableAfterMs = 60_000;
/** It forgets a machine that it has not heard for a month. */
const againAfterMs = 86_400_000;
const replyLimitBytes = 4096;
const timeoutMs = 15_000;

export function openFallback(deps: FallbackDeps): Fallback {
  const { data, now } = deps;
  return {
    tell(cause) {
      const before = keptIn(data);
      const trouble =
        cause === null ? null : { server: readSettings(data).server ?? '', ...troubleOf(cause) };
      if (before ? wordOf(before.trouble) === wordOf(trouble) : trouble === null) return;
      const sender = before?.sender ?? randomUUID();
      const next: Kept = {
        sender,
        trouble: trouble && { ...trouble, since: now() },
        told: before?.told ?? null,
      };
      writeDurably(data.fallback, `${JSON.stringify(next)}\n`);
    },
    async run(signal) {
      for (let failures = 0; !signal.aborted; ) {
        try {
          await sendIfDue(deps, signal);
          failures = 0;
        } catch (error) {
          if (signal.aborted) return;
          failures += 1;
          deps.log.info({ cause: String(error) }, 'the fallback status point could not be told');
        }
        const waitMs =
          failures === 0 ? lookEveryMs : Math.max(lookEveryMs, backOffMs(failures, Math.random()));
        await pause(waitMs, signal).catch(() => {});
      }
    },
  };
}

/**
 * Nothing is sent while assignment is held. The certificate is not looked at: a machine that cannot trust its site has
 * nothing to check it with, so nothing secret is said.
 */
async function sendIfDue({ data, now, platform }: FallbackDeps, signal: AbortSignal): Promise<void> {
  const kept = keptIn(data);
  const settings = readSettings(data);
  const url = settings.assignment?.fallbackStatusPoint;
  if (!kept || url === undefined || settings.assignment?.isHeld || !isDue(kept, settings, now())) return;
  const body: FallbackReport = {
    sender: kept.sender,
    name: (settings.name ?? hostname()) || 'localhost',
    agentVersion,
    operatingSystem: platform.inventory.systemName(),
    trouble: kept.trouble,
  };
  const client = createSiteClient({ url, rootCertificate: null });
  try {
    const path = agentPaths.fallback;
    const limits = { replyLimitBytes, timeoutMs, signal };
    await client.call({ method: 'POST', path, body, reply: FallbackReply, ...limits });
  } finally {
    client.close();
  }
  const told = kept.trouble && { what: wordOf(kept.trouble), at: now() };
  // Something else may have happened meanwhile: that is told next.
  writeDurably(data.fallback, `${JSON.stringify({ ...(keptIn(data) ?? kept), told })}\n`);
}

function isDue({ trouble, told }: Kept, { assignment }: Settings, now: number): boolean {
  if (!trouble) return told !== null;
  const afterMs = trouble.kind === 'connection' ? (assignment?.fallbackAfterMs ?? unreachableAfterMs) : 0;
  // A clock that was set back holds nothing up.
  const isOld = now - trouble.since >= afterMs || now < trouble.since;
  return isOld && (told?.what !== wordOf(trouble) || Math.abs(now - told.at) >= againAfterMs);
}

/** Two troubles with the same word are one: how it was said, and when, does not count. */
function wordOf(trouble: Pick<Trouble, 'kind' | 'code' | 'server'> | null): string {
  return trouble ? `${trouble.kind} ${trouble.code} ${trouble.server}` : '';
}

const keptIn = (data: DataFolder) => readJson<Kept>(data.fallback);
