import { multicastRoutes } from '@tenkai/protocol/api/multicast.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Fitness } from './fitness.ts';
import { viewSession, viewSessions } from './multicast.views.ts';
import type { Neighbours } from './needs.ts';
import { listRepresentatives, setRepresentative } from './representatives.ts';
import type { LiveSession } from './run-session.ts';

export function addMulticastRoutes(
  deps: Pick<Kernel, 'http' | 'db' | 'audit' | 'clock' | 'events'> & Pick<Neighbours, 'machines'>,
  { fitness, live }: { fitness: Fitness; live: () => readonly LiveSession[] },
) {
  const { http, db } = deps;
  http.route(multicastRoutes.show, async ({ query }) => {
    const found = fitness.current();
    return {
      interface: 'card' in found ? found.card.network : null,
      refusal: 'refusal' in found ? found.refusal : null,
      items: await viewSessions(db.read, live(), query),
    };
  });
  http.route(multicastRoutes.getSession, ({ params }) => viewSession(db.read, live(), params.id));
  http.route(multicastRoutes.listRepresentatives, async ({ caller }) => ({
    items: await listRepresentatives(deps, caller),
  }));
  http.route(multicastRoutes.setRepresentative, async ({ caller, params, body }) => {
    await setRepresentative(deps, caller, params.id, body.rule);
    return { ok: true as const };
  });
}
