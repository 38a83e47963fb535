import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { upgradeFiles } from '@tenkai/domain';
import type { PackageDetail } from '@tenkai/protocol/api/packages.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aHeartbeat, aWholeInventory, enrolledAgent } from '@tenkai/testkit/bare-agent.ts';
import { anInventory } from '@tenkai/testkit/builders.ts';
import { buildDeb, noDebTools } from '@tenkai/testkit/rig/deb.ts';
import { failedRun, openRuns } from '@tenkai/testkit/run-reports.ts';
import { eventually } from '@tenkai/testkit/settle.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';
import { cliOf } from '@tenkai/testkit/tenkai-cli.ts';

test('agent package create makes an ordinary package from the .deb, and its next revision', {
  skip: noDebTools,
}, async (t) => {
  const server = await startTestServer({ listen: true });
  atEnd(t, () => server.stop());
  const cli = await cliOf(t, server);
  const agent = (version: string) =>
    buildDeb(cli.home, { name: 'tenkai-agent', version, files: { '/opt/a': version } });
  const create = ['agent', 'package', 'create'];
  await cli.json([...create, await agent('1.0'), '--deadline', '5']);
  const first = (await cli.json(['package', 'show', 'tenkai-agent'])) as PackageDetail;
  assert.deepEqual(
    first.files.map(({ path }) => path),
    ['tenkai-agent/guard.sh', 'tenkai-agent/tenkai-agent.deb', 'tenkai-agent/upgrade.sh'],
  );
  const [program] = first.draft.programs;
  assert.deepEqual([program?.executable, program?.parameters], ['tenkai-agent/upgrade.sh', '1.0 300']);
  await cli.json([...create, await agent('1.0'), '--deadline', '5', '--urgency', 'high']);
  await cli.json([...create, await agent('1.1')]);
  const next = (await cli.json(['package', 'show', 'tenkai-agent'])) as PackageDetail;
  assert.deepEqual([next.revision, next.draft.version, next.urgency], [3, '1.1', 'high']);
  assert.deepEqual(next.draft.detection, [
    { kind: 'package', source: 'dpkg', name: 'tenkai-agent', operator: '>=', version: '1.1' },
  ]);
  const other = await buildDeb(cli.home, { name: 'other', version: '1' });
  const refused = await cli.run([...create, other]);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /not tenkai-agent/);
});

test('BAGT-07: the command line shows whose agent is not upgraded yet, the tries and the last error', async (t) => {
  const server = await startTestServer({ listen: true });
  atEnd(t, () => server.stop());
  const cli = await cliOf(t, server);
  const pending = async () => (await cli.run(['agent', 'pending'])).stdout;
  assert.match(await pending(), /no agent package of its version/);
  const agents = join(cli.home, 'agents');
  await mkdir(agents);
  await writeFile(join(agents, `tenkai-agent_${server.version}_amd64.deb`), 'agent');
  await server.app.addBuiltIn(agents);
  assert.match(await pending(), /has no agent to upgrade\. Agents of systems or architectures for which/);
  await cli.run(['update', 'policy', 'upgradesAgents=false']);
  assert.match(await pending(), /tenkai update policy upgradesAgents=true/);
  await cli.run(['update', 'policy', 'upgradesAgents=true', 'isOn=false']);
  assert.match(await pending(), /tenkai update policy isOn=true/);
  await cli.run(['update', 'policy', 'isOn=true', 'startDelayMinutes=0']);
  const agent = await enrolledAgent(server, { name: 'web-1' });
  const software = [{ source: 'dpkg' as const, name: 'tenkai-agent', version: '0.0.9' }];
  await agent.report(aHeartbeat({ agentVersion: '0.0.9' }), aWholeInventory({ ...anInventory(), software }));
  const order = await eventually(server, 'the order', async () => (await openRuns(agent))[0]);
  await agent.report(failedRun(order, 'content-unreachable'));
  await eventually(server, 'the failure', async () => / failed /.test(await pending()));
  assert.match(await pending(), /web-1 +failed +1 .*Agent upgrade pending: 1 tries/);
  const [row] = (await cli.json(['agent', 'pending'])) as { lastError: { code: string } }[];
  assert.equal(row?.lastError.code, 'content-unreachable');
});

test('the programs of the upgrade package are scripts that sh understands', () => {
  const { 'rpm-header.cjs': program, ...scripts } = upgradeFiles('rpm');
  assert.equal(spawnSync(process.execPath, ['--check', '-'], { input: program }).status, 0);
  assert.deepEqual(upgradeFiles('deb'), scripts);
  for (const text of Object.values(scripts)) {
    assert.equal(spawnSync('sh', ['-n'], { input: text }).status, 0);
    assert.ok(!text.includes('undefined'));
  }
});

test('HOTFIX-29: the site signs a patch for Windows that is the one of its table; only a signed one becomes a package', async (t) => {
  const server = await startTestServer({ listen: true });
  atEnd(t, () => server.stop());
  const cli = await cliOf(t, server);
  const file = join(cli.home, 'tenkai-agent-0.1.1-TK1001.msp');
  const bytes = Buffer.from('an .msp');
  const known = { sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  const [product, code] = [
    '{E343EC03-9601-59BD-9118-F61821FDBDDC}',
    '{702EE43A-EA2B-5633-8644-A1290C0D4B0B}',
  ];
  const table = {
    ...{ format: 1, id: 'TK1001', title: 'A cure', symptom: '', line: '0.1', system: 'windows' },
    ...{ architecture: 'x64', replaces: [], requires: [], msp: { product, code, ...known } },
    files: [{ name: 'engine.mjs', version: '0.1.5', sizeBytes: 1, sha256: 'a'.repeat(64) }],
  };
  const run = async (...words: string[]) => {
    const { code: status, stderr } = await cli.run(['agent', 'patch', ...words, file]);
    return [status, /\[([a-z-]+)\]/.exec(stderr)?.[1]];
  };
  await writeFile(file, bytes);
  assert.deepEqual(await run('sign'), [2, 'file-unreadable'], 'its table is missing');
  await writeFile(`${file}.json`, JSON.stringify(table));
  await writeFile(file, 'another');
  assert.deepEqual(await run('sign'), [1, 'agent-patch-tampered']);
  await writeFile(file, bytes);
  assert.deepEqual(await run('register'), [1, 'agent-patch-unsigned']);
  assert.deepEqual(await run('sign', '--replaces', 'TK1000'), [0, undefined]);
  assert.deepEqual(await run('register'), [0, undefined]);
  const { draft }: PackageDetail = await cli.json(['package', 'show', 'tenkai-agent-TK1001']);
  assert.deepEqual(draft.detection, [
    {
      ...{ kind: 'registry', name: 'State', view: '64' },
      key: 'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Installer\\UserData\\S-1-5-18\\Products\\30CE343E1069DB9519816F8112DFDBCD\\Patches\\A34EE207B2AE336568441A92C0D0B4B0',
    },
  ]);
  assert.deepEqual(
    [draft.programs[0]?.executable, draft.supersedes, draft.targets[0]?.operatingSystem],
    ['tenkai-agent-TK1001/TK1001.msp', ['tenkai-agent-TK1000'], 'windows'],
  );
});
