import { fail, move, Overtaken } from './move.ts';
import type { Deps } from './needs.ts';
import { patiently } from './patiently.ts';
import { ticketsOf } from './push-tickets.ts';
import { type HostRow, listHostsIn } from './pushes.store.ts';

const everyMs = 1000;

export interface EnrollingWatch {
  /** There may be machines to watch. */
  wake(): void;
  stop(): Promise<void>;
}

/** Waits until installed agents have enrolled with the tickets that they were given, or their time is over. */
export function watchEnrolling(deps: Deps): EnrollingWatch {
  const stopping = new AbortController();
  const { signal } = stopping;
  let watching: Promise<void> | undefined;
  /** Grows with each waking: a watch that found nothing looks again where it has grown meanwhile. */
  let wakings = 0;
  const watch = async () => {
    for (let seen = -1; seen !== wakings; ) {
      seen = wakings;
      while (!signal.aborted && (await patiently(deps, signal, () => lookAtAll(deps))) > 0)
        await deps.clock.wait(everyMs, signal);
    }
    watching = undefined;
  };
  const wake = () => {
    wakings += 1;
    if (signal.aborted) return;
    watching ??= watch().catch((error: unknown) => {
      if (!signal.aborted) deps.log.error({ err: error }, 'enrolling machines cannot be watched');
      watching = undefined;
    });
  };
  return {
    wake,
    async stop() {
      stopping.abort();
      await watching;
    },
  };
}

/** @returns how many there are */
async function lookAtAll(deps: Deps): Promise<number> {
  const hosts = await listHostsIn(deps.db.read, ['enrolling']);
  for (const host of hosts) await look(deps, host);
  return hosts.length;
}

async function look(deps: Deps, host: HostRow): Promise<void> {
  const machineId = await deps.enrollment.machineOfTickets(ticketsOf(host));
  try {
    if (machineId !== undefined)
      await move(deps, host, 'finish', { machine_id: machineId, outcome: host.outcome ?? 'installed' });
    else if (deps.clock.now() > host.updated_at + deps.enrollWithinMs) await fail(deps, host, 'not-enrolled');
  } catch (error) {
    if (!(error instanceof Overtaken)) throw error;
  }
}
