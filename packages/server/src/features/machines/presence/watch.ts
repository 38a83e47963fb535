import type { PowerState } from '@tenkai/domain';
import type { Database } from '../../../kernel/database/database.ts';
import type { Deps } from '../needs.ts';
import { noticeSignal, type PowerDeps } from '../power/power.ts';
import type { Ping } from './ping.ts';

type WatchDeps = PowerDeps &
  Pick<Deps, 'clock' | 'channel' | 'sites' | 'jobs' | 'log'> & { readonly ping: Ping };

export interface Watch {
  /** Its socket was closed: asked by echo where it is not back soon. */
  lost(machineId: string): void;
  /** Asked for some time although nothing is expected of it: it was woken, or commands wait for it. */
  expect(machineId: string): void;
  /** Asks now, and says so to the power state. A machine whose agent is connected is not asked. */
  ask(machineIds: readonly string[]): Promise<void>;
}

/** A connection that breaks is usually back before this. */
const graceMs = 60_000;
const lookEveryMs = 30_000;
const longestWaitMs = 10 * 60_000;
const expectForMs = 15 * 60_000;
const maxAtOnce = 64;
const maxPerLook = 1000;
const maxSilent = 20_000;

interface Probe {
  /** Who has spoken after this moment is not asked: there is a better witness than an echo (BPWR-05). */
  readonly since: number;
  readonly at: number;
  readonly waitMs: number;
  /** Until when it is asked whatever its state is. */
  readonly until: number;
}

/** Finds machines whose agent has fallen silent, and asks their hosts: less and less often, never all at once. */
export function createWatch(deps: WatchDeps): Watch {
  const { clock, jobs } = deps;
  const probes = new Map<string, Probe>();
  jobs.every('machines.watch', lookEveryMs, () => look(deps, probes));
  return {
    lost(id) {
      const since = clock.now();
      probes.set(id, { since, at: since + graceMs, waitMs: lookEveryMs, until: 0 });
    },
    expect(id) {
      const since = clock.now();
      probes.set(id, { since, at: since + lookEveryMs, waitMs: lookEveryMs / 2, until: since + expectForMs });
    },
    ask: (machineIds) => askHosts(deps, machineIds, () => Number.POSITIVE_INFINITY),
  };
}

async function look(deps: WatchDeps, probes: Map<string, Probe>) {
  const { clock, channel, db, sites } = deps;
  const now = clock.now();
  const since = now - silenceMs(sites);
  for (const id of await findSilent(db, since))
    probes.set(id, { ...(probes.get(id) ?? { at: now, waitMs: lookEveryMs, until: 0 }), since });
  const due = [...probes].filter(([, probe]) => probe.at <= now).slice(0, maxPerLook);
  const ids = due.map(([id]) => id);
  await askHosts(deps, ids, (id) => probes.get(id)?.since ?? now);
  const hosts = new Map((await findHosts(db, ids)).map((host) => [host.id, host]));
  for (const [id, probe] of due) {
    if (channel.isOnline(id) || !isWorthAsking(hosts.get(id), probe, now)) probes.delete(id);
    else
      probes.set(id, {
        ...probe,
        at: now + probe.waitMs,
        waitMs: Math.min(probe.waitMs * 2, longestWaitMs),
      });
  }
}

async function askHosts(
  deps: WatchDeps,
  machineIds: readonly string[],
  silentSince: (machineId: string) => number,
) {
  const { channel, clock, db, ping } = deps;
  const waiting = (await findHosts(db, machineIds)).filter(
    ({ id, last_seen_at }) => !channel.isOnline(id) && last_seen_at <= silentSince(id),
  );
  const worker = async () => {
    for (let host = waiting.pop(); host; host = waiting.pop()) {
      const answersEcho = await ping(host.address);
      if (channel.isOnline(host.id)) continue;
      await noticeSignal(deps, host.id, { kind: 'gone', answersEcho, at: clock.now() }, host.last_seen_at);
    }
  };
  await Promise.all(Array.from({ length: maxAtOnce }, worker));
}

function isWorthAsking(host: Host | undefined, { since, until }: Probe, now: number): boolean {
  if (host === undefined || host.last_seen_at > since) return false;
  return now < until || (host.power !== 'off' && host.power !== 'unreachable');
}

/** Two reports must be missing before an agent without a socket counts as silent. */
function silenceMs(sites: Deps['sites']): number {
  const { heartbeatMs, heartbeatJitterMs } = sites.settings();
  return 2 * (heartbeatMs + heartbeatJitterMs);
}

async function findSilent(db: Database, before: number): Promise<string[]> {
  const rows = await db.read.all<{ machine_id: string }>(
    `SELECT machine_id FROM machines_presence
     WHERE last_seen_at < ? AND is_admitted = 1 AND power IN ('on', 'booting', 'restarting')
     ORDER BY last_seen_at LIMIT ?`,
    [before, maxSilent],
  );
  return rows.map((row) => row.machine_id);
}

interface Host {
  readonly id: string;
  readonly address: string;
  readonly power: PowerState;
  readonly last_seen_at: number;
}

async function findHosts(db: Database, ids: readonly string[]): Promise<Host[]> {
  if (ids.length === 0) return [];
  return db.read.all<Host>(
    `SELECT m.id, m.address, m.power_state AS power, p.last_seen_at FROM machines m
     JOIN machines_presence p ON p.machine_id = m.id WHERE m.id IN (${ids.map(() => '?').join(', ')})`,
    ids,
  );
}
