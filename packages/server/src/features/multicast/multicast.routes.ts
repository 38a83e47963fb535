import { multicastRoutes } from '@tenkai/protocol/api/multicast.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Fitness } from './fitness.ts';
import { viewSessions } from './multicast.views.ts';
import type { LiveSession } from './run-session.ts';

export function addMulticastRoutes(
  { http, db }: Pick<Kernel, 'http' | 'db'>,
  { fitness, live }: { fitness: Fitness; live: () => readonly LiveSession[] },
) {
  http.route(multicastRoutes.show, async ({ query }) => {
    const found = fitness.current();
    return {
      interface: 'card' in found ? found.card.network : null,
      refusal: 'refusal' in found ? found.refusal : null,
      items: await viewSessions(db.read, live(), query),
    };
  });
}
