import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { atEnd } from '../at-end.ts';
import { newAgent, type TestAgent } from '../small-site/run-agent.ts';
import { hasPassed } from './has-passed.ts';

/** What the page of a new ticket shows. */
export interface TicketOnPage {
  readonly server: string;
  readonly rootFingerprint: string;
  readonly secret: string;
}

/** A real agent that enrolls with a ticket; its root folder stands for the machine's file system. */
export async function startAgent(t: TestContext, name: string, ticket: TicketOnPage): Promise<TestAgent> {
  const agent = newAgent({ name });
  atEnd(t, async () => {
    if (!hasPassed(t)) t.diagnostic(await readFile(join(agent.data.log, 'agent.log'), 'utf8').catch(String));
    await agent.remove();
  });
  await makeDpkgDatabase(agent.root);
  const ticketFile = join(agent.data.root, 'ticket');
  await writeFile(ticketFile, ticket.secret, { mode: 0o600 });
  agent.configure({ server: ticket.server, rootFingerprint: ticket.rootFingerprint, ticketFile });
  agent.start();
  return agent;
}

/** An empty one: dpkg refuses to look into a folder without. */
async function makeDpkgDatabase(root: string): Promise<void> {
  const dpkg = join(root, 'var/lib/dpkg');
  for (const folder of ['updates', 'info', 'triggers']) await mkdir(join(dpkg, folder), { recursive: true });
  for (const file of ['status', 'available']) await writeFile(join(dpkg, file), '');
}
