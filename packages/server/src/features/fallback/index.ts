import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import { FallbackReport } from '@tenkai/protocol/agent/fallback.ts';
import { fallbackRoutes } from '@tenkai/protocol/api/fallback.ts';
import { createRateLimit, takeTurn } from '../../kernel/http/rate-limit.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Status } from '../status/index.ts';
import { listMachines } from './fallback.store.ts';
import { forgetMachine, pruneMachines, takeReport } from './fallback.ts';
import './status-messages.ts';

/** A stranger writes a row with each of them; a branch office may have one address. */
const limits = { each: { burst: 60, perSecond: 1 }, all: { burst: 300, perSecond: 20 } };
/** Status messages stay, rows of machines are replaced: so a flood may bring only these. */
const messageLimits = {
  each: { burst: 30, perSecond: 30 / 3600 },
  all: { burst: 200, perSecond: 200 / 3600 },
};
const bodyLimit = 4 * 1024;
const pruneEveryMs = 6 * 3_600_000;

/** The fallback status point: hears of machines that cannot get in why that is so (AGENT-13). */
export function registerFallback(kernel: Kernel, { status }: { readonly status: Status }): void {
  const { http, clock, db, jobs, live } = kernel;
  const deps = { ...kernel, status, messages: createRateLimit(clock, messageLimits) };
  const limit = createRateLimit(clock, limits);
  live.expose('fallback.changed', {
    permission: 'manage-machines',
    message: () => ({ topic: 'fallback' }),
  });
  http.agentRoute(
    { method: 'POST', path: agentPaths.fallback, proof: 'none', bodyLimit, body: FallbackReport },
    async ({ body, request, reply }) => {
      takeTurn(limit, request, reply);
      await takeReport(deps, body, request.ip);
      return { ok: true };
    },
  );
  http.route(fallbackRoutes.list, async () => ({ items: await listMachines(db.read) }));
  http.route(fallbackRoutes.remove, async ({ caller, params }) => {
    await forgetMachine(deps, caller, params.id);
    return { ok: true as const };
  });
  jobs.every('fallback.prune', pruneEveryMs, () => pruneMachines(deps));
}
