import { locate } from '@tenkai/domain';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import { type LocateReply, LocateRequest } from '@tenkai/protocol/agent/locator.ts';
import { createRateLimit, takeTurn } from '../../kernel/http/rate-limit.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Machines } from '../machines/index.ts';
import type { Sites } from '../sites/index.ts';
import './failures.ts';
import { addLocatorRoutes } from './locator.routes.ts';
import { loadBoundaries } from './locator.store.ts';

/** Anybody may ask, and nothing is written; a branch office may have one address. */
const limits = { each: { burst: 200, perSecond: 20 }, all: { burst: 2000, perSecond: 200 } };
const bodyLimit = 16 * 1024;

/** The locator: tells machines that have no site yet to which one they belong (AGENT-12, SITE-15, SITE-16). */
export async function registerLocator(
  kernel: Kernel,
  { sites, machines }: { sites: Sites; machines: Machines },
): Promise<void> {
  const { http, db, clock, events } = kernel;
  const { code: siteCode } = sites;
  // From memory: machines of a whole building ask at once after a power cut.
  let boundaries = await loadBoundaries(db.read);
  events.watch('locator.changed', async () => {
    boundaries = await loadBoundaries(db.read);
  });
  const limit = createRateLimit(clock, limits);
  http.agentRoute(
    { method: 'POST', path: agentPaths.locate, proof: 'none', bodyLimit, body: LocateRequest },
    async ({ body, request, reply }): Promise<LocateReply> => {
      takeTurn(limit, request, reply);
      return { found: locate(body, boundaries, siteCode) };
    },
  );
  kernel.live.expose('locator.changed', { permission: 'view', message: () => ({ topic: 'boundaries' }) });
  addLocatorRoutes(kernel, { ...kernel, siteCode }, machines);
}
