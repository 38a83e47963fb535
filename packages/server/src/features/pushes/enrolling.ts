import { fail, move, Overtaken } from './move.ts';
import type { Deps } from './needs.ts';
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
  let watching: Promise<void> | undefined;
  const watch = async () => {
    while (!stopping.signal.aborted) {
      const hosts = await listHostsIn(deps.db.read, ['enrolling']);
      if (hosts.length === 0) return;
      for (const host of hosts) await look(deps, host);
      await deps.clock.wait(everyMs, stopping.signal);
    }
  };
  const wake = () => {
    watching ??= watch()
      .catch((error: unknown) => deps.log.error({ err: error }, 'enrolling machines cannot be watched'))
      .finally(() => {
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

async function look(deps: Deps, host: HostRow): Promise<void> {
  const machineId = await deps.enrollment.machineOfTickets(JSON.parse(host.tickets) as string[]);
  try {
    if (machineId !== undefined)
      await move(deps, host, 'finish', { machine_id: machineId, outcome: host.outcome ?? 'installed' });
    else if (deps.clock.now() > host.updated_at + deps.enrollWithinMs) await fail(deps, host, 'not-enrolled');
  } catch (error) {
    if (!(error instanceof Overtaken)) throw error;
  }
}
