/** A machine gets new keys: by its command, by a deployment, from the site, and what the old ones are good for then. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openGuarded, readEnrollment } from '@tenkai/agent/identity.ts';
import { readStatus } from '@tenkai/agent/service/status-file.ts';
import { isFinal } from '@tenkai/domain';
import { deploymentRoutes, scenarioRoutes } from '@tenkai/protocol';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import { announceKeys, enrollOnce } from '@tenkai/protocol/agent/link/index.ts';
import { enrollmentRoutes } from '@tenkai/protocol/api/enrollment.ts';
import { listAudit, listStatusMessages } from '@tenkai/protocol/api/status.ts';
import { createShutOut } from '@tenkai/server/features/enrollment/shut-out.ts';
import * as Type from 'typebox';
import { atEnd } from '../../at-end.ts';
import { aDeployment, aScenario } from '../../builders.ts';
import { ended, newAgent, type TestAgent, until } from '../../small-site/run-agent.ts';
import { cliOf } from '../../tenkai-cli.ts';
import {
  act,
  copyOfKeys,
  goesOn,
  isOnline,
  isWhollyNew,
  listOf,
  machineOf,
  options,
  refusal,
  tokenWith,
} from './key-renewal-for-test.ts';

const entry = fileURLToPath(import.meta.resolve('@tenkai/agent/main.ts'));

const scriptScenario = (name: string, text: string) =>
  aScenario({ name, steps: [{ kind: 'run-script', id: name, name, interpreter: 'sh', text }] });

test(
  'renewal: a machine whose service runs gets new keys and certificates by one command, and stays the same machine',
  options,
  async (t) => {
    const { server, agent, old, renewal } = await machineOf(t);
    const { machineId } = renewal;
    const service = agent.start();
    await until(() => isOnline(agent, service));
    const before = listOf(agent).certificates.map(({ thumbprint }) => thumbprint);
    const { status, stdout, stderr } = await agent.command('cert', 'renew', '--json');
    assert.equal(status, 0, stderr);
    const shown = JSON.parse(stdout).certificates as { thumbprint: string }[];
    assert.equal(new Set([...before, ...shown.map(({ thumbprint }) => thumbprint)]).size, 4);
    await isWhollyNew(t, agent, old);
    assert.equal(service.exitCode, null);

    const { items: said } = await server.call(listStatusMessages, { query: { machineId } });
    assert.equal(said.filter(({ code }) => code === 'enrollment.renewed').length, 1);
    const { items: audited } = await server.call(listAudit, { query: { action: 'enrollment.renewed' } });
    assert.deepEqual(
      audited.map(({ object }) => object),
      [`machine:${machineId}`],
    );
    await ended(service, 'SIGTERM');
    await goesOn(server, agent);
  },
);

test(
  'renewal: tokens of the old key end with it, over a restart of the server too; the service goes on by itself',
  options,
  async (t) => {
    const { server, agent, old, renewal } = await machineOf(t);
    const service = agent.start();
    await until(() => isOnline(agent, service));
    const { client, machineId } = renewal;
    const token = await tokenWith(renewal, old);
    const ask = () => client.call({ method: 'GET', path: agentPaths.orders, token, reply: Type.Unknown() });
    await ask();
    const { keyThumbprint } = server.kernel.access.agentTokens.verify(token);
    const lastCheckIn = () => readStatus(agent.data)?.lastCheckInAt ?? 0;
    const before = lastCheckIn();
    assert.equal((await agent.command('cert', 'renew')).status, 0);
    await assert.rejects(ask(), refusal('agent-token-invalid'));
    // What a server knows that starts now.
    const { has } = await createShutOut(server.kernel);
    assert.deepEqual(
      [has({ machineId, keyThumbprint }), has({ machineId, keyThumbprint: 'another' })],
      [true, false],
    );
    await until(() => isOnline(agent, service) && server.kernel.channel.isOnline(machineId));
    const checkIn = await agent.command('check-in');
    assert.equal(checkIn.status, 0, checkIn.stderr);
    await until(() => lastCheckIn() > before);
    assert.equal(service.exitCode, null);
  },
);

test(
  'renewal: it is a script step of a deployment, too: the run that renews the keys ends well, and so does the next',
  options,
  async (t) => {
    const { server, agent, old } = await machineOf(t);
    const service = agent.start();
    await until(() => isOnline(agent, service));
    const [node, data] = [process.execPath, agent.data.root].map((path) => `'${path}'`);
    const renewing = `TENKAI_AGENT_DATA=${data} ${node} '${entry}' cert renew`;
    for (const [name, text] of Object.entries({ renew: renewing, next: 'true' })) {
      const { id: scenarioId } = await server.call(scenarioRoutes.create, {
        body: scriptScenario(name, text),
      });
      const subject = { kind: 'scenario', scenarioId } as const;
      const { id } = await server.call(deploymentRoutes.create, { body: aDeployment({ subject }) });
      const run = await until(async () => {
        const { items } = await server.call(deploymentRoutes.runs, { params: { id } });
        return items.find(({ status }) => isFinal(status));
      });
      const { steps } = await server.call(deploymentRoutes.run, { params: { id: run.id } });
      assert.equal(run.status, 'succeeded', JSON.stringify([run.reason, steps]));
    }
    await isWhollyNew(t, agent, old);
    assert.equal(service.exitCode, null);
  },
);

test(
  'renewal: tenkai machine renew-keys reaches a machine at its next contact, and tells what became of it',
  options,
  async (t) => {
    const { server, agent, old, renewal } = await machineOf(t);
    const cli = await cliOf(t, server);
    const { machineId } = renewal;
    const said = async (code: string) => {
      const { items } = await server.call(listStatusMessages, { query: { machineId } });
      return items.filter((message) => message.code === code).length;
    };
    const told = await cli.json(['machine', 'renew-keys', machineId]);
    assert.match(JSON.stringify(told), /held-until-check-in/);
    const service = agent.start();
    await until(async () => (await said('machine.command-done')) === 1);
    await isWhollyNew(t, agent, old);
    assert.equal(await said('enrollment.renewed'), 1);
    // Another one, to a machine that is online; then one that cannot be done.
    const before = copyOfKeys(t, agent);
    await until(() => server.kernel.channel.isOnline(machineId));
    await cli.json(['machine', 'renew-keys', machineId]);
    await until(async () => (await said('machine.command-done')) === 2);
    await isWhollyNew(t, agent, before);
    const kept = openGuarded(agent.data, null).signingKey;
    mkdirSync(join(agent.data.identity, 'next'));
    writeFileSync(join(agent.data.identity, 'next', 'signing.key'), 'broken');
    await cli.json(['machine', 'renew-keys', machineId]);
    await until(async () => (await said('machine.command-refused')) === 1);
    assert.equal(openGuarded(agent.data, null).signingKey, kept);
    assert.equal(service.exitCode, null);
  },
);

test(
  'renewal: a machine that the site does not hear, has revoked or does not know keeps its keys',
  options,
  async (t) => {
    const { server, agent, old, renewal } = await machineOf(t);
    const { machineId } = renewal;
    await server.call(enrollmentRoutes.decide, { body: { machineIds: [machineId], decision: 'revoke' } });
    const revoked = await agent.command('cert', 'renew');
    assert.equal(revoked.status, 1);
    assert.match(revoked.stderr, /machine-refused/);
    assert.equal(openGuarded(agent.data, null).signingKey, old.signingKey);
    const alone = newAgent();
    atEnd(t, () => alone.remove());
    assert.match((await alone.command('cert', 'renew')).stderr, /identity-not-enrolled/);
  },
);

test(
  'renewal: the old key neither enrolls anew nor renews; the new one enrolls as its machine, on its hardware alone',
  options,
  async (t) => {
    const { agent, old, renewal } = await machineOf(t);
    await act(t, renewal, ['make', 'announce', 'switch']);
    const { hardwareFingerprint = '' } = readEnrollment(agent.data) ?? {};
    const facts = (keys: typeof old, print = hardwareFingerprint) => ({
      ...{ name: 'pc', signingKey: keys.signingKey, encryptionKey: keys.encryptionKey },
      ...{ hardwareFingerprint: print, agentVersion: '0.1.0', operatingSystem: 'Debian' },
    });
    const { client, machineId } = renewal;
    const next = openGuarded(agent.data, null);
    assert.deepEqual(await enrollOnce({ client, signer: next }, facts(next)), {
      ...{ machineId, status: 'enrolled', retryAfterMs: 0 },
    });
    await assert.rejects(enrollOnce({ client, signer: old }, facts(old)), refusal('agent-key-replaced'));
    await assert.rejects(announceKeys({ ...renewal, signer: old }, next), refusal('agent-key-replaced'));
    await assert.rejects(announceKeys({ ...renewal, signer: next }, old), refusal('agent-key-known'));
    // Whoever does not hold the new key cannot announce it.
    const thief = { ...copyOfKeys(t, newKeys(t)), sign: next.sign };
    await assert.rejects(announceKeys({ ...renewal, signer: next }, thief), refusal('agent-proof-invalid'));
    const elsewhere = await enrollOnce({ client, signer: next }, facts(next, 'f'.repeat(64)));
    assert.equal(elsewhere.status, 'quarantined');
  },
);

function newKeys(t: TestContext): TestAgent {
  const other = newAgent();
  atEnd(t, () => other.remove());
  openGuarded(other.data, null);
  return other;
}
