/** A site and a machine of it that gets new keys, and how it goes on with them. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { openFolderStore } from '@tenkai/agent/certificates/folder-store.ts';
import { listIdentity } from '@tenkai/agent/certificates/list.ts';
import { type RenewalDeps, renewalSteps } from '@tenkai/agent/certificates/renewal.ts';
import { openGuarded, readEnrollment } from '@tenkai/agent/identity.ts';
import { readStatus } from '@tenkai/agent/service/status-file.ts';
import { createSiteClient, createTokenSource } from '@tenkai/protocol/agent/link/index.ts';
import { machineRoutes } from '@tenkai/protocol/api/machines.ts';
import { atEnd } from '../../at-end.ts';
import { enrolledByTicket } from '../../small-site/enrolled-by-ticket.ts';
import { ended, newAgent, type TestAgent, until } from '../../small-site/run-agent.ts';
import { startTestServer, type TestServer } from '../../start-server.ts';

/** Nothing waits for ever. */
export const options = { timeout: 180_000 };

function renewalOf(t: TestContext, { data }: TestAgent): RenewalDeps {
  const enrollment = readEnrollment(data);
  assert.ok(enrollment);
  const { server: url, rootCertificate, machineId } = enrollment;
  const client = createSiteClient({ url, rootCertificate });
  atEnd(t, () => client.close());
  return { data, guard: null, store: openFolderStore('Tenkai', data.identity), client, machineId };
}

/** The keys as they are now, in somebody else's hands for good: what a backup or a copy of the disk holds. */
export function copyOfKeys(t: TestContext, { data }: TestAgent) {
  const copy = newAgent();
  atEnd(t, () => copy.remove());
  for (const name of ['signing.key', 'encryption.key'])
    writeFileSync(join(copy.data.identity, name), readFileSync(join(data.identity, name)), { mode: 0o600 });
  return openGuarded(copy.data, null);
}

/** Asks the site for a token with these keys. */
export const tokenWith = ({ client, machineId }: RenewalDeps, signer: ReturnType<typeof openGuarded>) =>
  createTokenSource({ client, signer, machineId, now: Date.now }).get();

/** That the site refused it so. */
export const refusal = (code: string) => (error: { problem?: { code: string } }) =>
  error.problem?.code === code;

/** The keys and certificates as a command lists them. */
export const listOf = ({ data }: TestAgent) =>
  listIdentity({ data, stores: [openFolderStore('Tenkai', data.identity)], guard: null }, Date.now());

/** This very process is connected. */
export function isOnline({ data }: TestAgent, { pid }: { readonly pid?: number | undefined }): boolean {
  const status = readStatus(data);
  return status?.process.pid === pid && status?.isConnected === true;
}

/** A site, a machine of it whose service does not run, its keys as they are now, and its renewal before the first act. */
export async function machineOf(t: TestContext) {
  const server = await startTestServer({ listen: true });
  atEnd(t, () => server.stop());
  const agent = await enrolledByTicket(t, server);
  return { server, agent, old: copyOfKeys(t, agent), renewal: renewalOf(t, agent) };
}

/** Does these steps of a renewal, and no others. */
export async function act(t: TestContext, renewal: RenewalDeps, steps: readonly StepName[]): Promise<void> {
  for (const step of steps) await renewalSteps[step](renewal, t.signal);
}

/** The service comes in with whatever keys there are, and is the machine that it was. */
export async function goesOn(server: TestServer, agent: TestAgent): Promise<void> {
  const service = agent.start();
  await until(() => isOnline(agent, service));
  await ended(service, 'SIGTERM');
  const { items } = await server.call(machineRoutes.list, { query: {} });
  assert.deepEqual(
    items.map(({ id, enrollment }) => [id, enrollment]),
    [[readEnrollment(agent.data)?.machineId, 'enrolled']],
  );
}

/** Both keys are new, nothing is left half done, and the old ones are of no use. */
export async function isWhollyNew(t: TestContext, agent: TestAgent, old: ReturnType<typeof openGuarded>) {
  const present = openGuarded(agent.data, null);
  assert.notEqual(present.signingKey, old.signingKey);
  assert.notEqual(present.encryptionKey, old.encryptionKey);
  assert.equal(existsSync(join(agent.data.identity, 'next')), false);
  const { certificates } = listOf(agent);
  assert.deepEqual(
    certificates.map(({ friendlyName, key, faults }) => [friendlyName, key, faults]),
    [
      ['Tenkai Encryption Certificate', 'file', []],
      ['Tenkai Signing Certificate', 'file', []],
    ],
  );
  const renewal = renewalOf(t, agent);
  assert.ok(await tokenWith(renewal, present));
  await assert.rejects(tokenWith(renewal, old), refusal('agent-key-replaced'));
}

/** A step of a renewal. */
export type StepName = keyof typeof renewalSteps;
