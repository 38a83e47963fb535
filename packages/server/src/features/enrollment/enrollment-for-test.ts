/** What an operator does and sees when machines enroll. */
import { enrollmentRoutes } from '@tenkai/protocol/api/enrollment.ts';
import { listStatusMessages } from '@tenkai/protocol/api/status.ts';
import type { BareAgent } from '@tenkai/testkit/bare-agent.ts';
import type { TestServer } from '@tenkai/testkit/start-server.ts';

export async function newTicket(server: TestServer, over: { maxUses?: number; validHours?: number } = {}) {
  const body = { name: 'branch office', maxUses: 1, validHours: 1, ...over };
  return server.call(enrollmentRoutes.createTicket, { body });
}

export function decide(server: TestServer, agent: BareAgent, decision: 'approve' | 'refuse' | 'revoke') {
  return server.call(enrollmentRoutes.decide, { body: { machineIds: [agent.machineId], decision } });
}

/** Codes of the status messages of a machine, the newest first. */
export async function codes(server: TestServer, machineId: string): Promise<string[]> {
  const { items } = await server.call(listStatusMessages, { query: { machineId } });
  return items.map(({ code }) => code);
}
