/** The package and the scenario that a server brings with it. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { agentPackageId, ownAgentDraft } from '@tenkai/domain';
import { deploymentRoutes, packageRoutes, scenarioRoutes } from '@tenkai/protocol';
import { onBothEngines } from '@tenkai/testkit/both-engines.ts';
import { aDeployment } from '@tenkai/testkit/builders.ts';
import { refusedWith } from '@tenkai/testkit/refused.ts';
import { serverVersion } from '../../kernel/version.ts';
import { builtIn, ofDebian, old, type Site, site, upToDate } from './agent-upgrade-for-test.ts';

const packageDetail = ({ server }: Site) =>
  server.call(packageRoutes.get, { params: { id: agentPackageId } });

onBothEngines(
  'AGENT-08, BAGT-08, BAGT-09: a fresh server lists System_AgentUpgrade_Multicast, which nobody can change or delete; its payload follows the server',
  async (t, { databaseUrl }) => {
    const given = await site(t, databaseUrl);
    const { server } = given;
    await server.app.addBuiltIn(null);
    const bare = await builtIn(given);
    assert.deepEqual(
      bare.problems.map(({ severity }) => severity),
      ['error'],
      'without an agent package it says what is missing',
    );
    // What an older server had made.
    const older = ownAgentDraft({ ...ofDebian, version: old });
    const programs = older.programs.map((program) => ({ ...program, executable: null }));
    await server.app.packages.saveOwn({ draft: { ...older, programs }, contentId: null });
    // What a server that was killed in between had left.
    await mkdir(join(server.dataDir, 'agent-upgrade', 'left'), { recursive: true });
    await upToDate(given);
    await upToDate(given);
    assert.ok(!(await readdir(server.dataDir)).some((name) => name.startsWith('agent-upgrade')));
    const { id, isBuiltIn, deliveryMethod, draft, problems } = await builtIn(given);
    assert.deepEqual([isBuiltIn, deliveryMethod], [true, 'multicast']);
    assert.ok(
      problems.every(({ severity }) => severity === 'caution'),
      'it can be run',
    );
    const payload = await packageDetail(given);
    assert.deepEqual([payload.draft.version, payload.revision], [serverVersion, 2]);
    assert.deepEqual(
      payload.files.map(({ path }) => path.split('/').at(-1)),
      ['guard.sh', 'tenkai-agent.deb', 'upgrade.sh'],
    );
    const bundled = payload.files.find(({ path }) => path.endsWith('.deb'));
    const bytes = `agent ${serverVersion}`;
    assert.deepEqual(
      [bundled?.sizeBytes, bundled?.sha256],
      [bytes.length, createHash('sha256').update(bytes).digest('hex')],
    );
    const builtInRefused = refusedWith('scenario-built-in');
    await assert.rejects(server.call(scenarioRoutes.remove, { params: { id } }), builtInRefused);
    await assert.rejects(
      server.call(scenarioRoutes.update, { params: { id }, body: { revision: 1, draft } }),
      builtInRefused,
    );
    await assert.rejects(
      server.call(packageRoutes.remove, { params: { id: agentPackageId } }),
      refusedWith('in-use'),
    );
    const body = aDeployment({ subject: { kind: 'scenario', scenarioId: id } });
    const { draft: deployed } = await server.call(deploymentRoutes.create, { body });
    assert.equal(deployed.delivery?.method, 'multicast');
  },
);
