import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { enrollmentRoutes } from '@tenkai/protocol/api/enrollment.ts';
import { atEnd } from '../at-end.ts';
import type { TestServer } from '../start-server.ts';
import { newAgent, type TestAgent } from './run-agent.ts';

/** A new agent that its own command has enrolled at a server that listens; its service does not run yet. */
export async function enrolledByTicket(t: TestContext, server: TestServer): Promise<TestAgent> {
  const agent = newAgent();
  atEnd(t, () => agent.remove());
  const body = { name: 'test', maxUses: 1, validHours: 1 };
  const { secret } = await server.call(enrollmentRoutes.createTicket, { body });
  const ticket = join(agent.root, 'ticket');
  writeFileSync(ticket, secret, { mode: 0o600 });
  const { rootFingerprint } = server.kernel.keys;
  const site = ['--server', server.baseUrl, '--root-fingerprint', rootFingerprint];
  const { status, stderr } = await agent.command('enroll', ...site, '--ticket-file', ticket);
  assert.equal(status, 0, stderr);
  return agent;
}
