import { enrollmentRoutes } from '@tenkai/protocol/api/enrollment.ts';
import { decide } from './decide.ts';
import { listTickets } from './enrollment.store.ts';
import type { Deps } from './needs.ts';
import { createTicket, revokeTicket, toTicket } from './tickets.ts';

export function addEnrollmentRoutes(deps: Deps) {
  const { http, db } = deps;
  http.route(enrollmentRoutes.listTickets, async () => ({
    items: (await listTickets(db.read)).map(toTicket),
  }));
  http.route(enrollmentRoutes.createTicket, ({ caller, body }) => createTicket(deps, caller, body));
  http.route(enrollmentRoutes.revokeTicket, async ({ caller, params }) => {
    await revokeTicket(deps, caller, params.id);
    return { ok: true as const };
  });
  http.route(enrollmentRoutes.decide, async ({ caller, body }) => ({
    results: await decide(deps, caller, body),
  }));
}
