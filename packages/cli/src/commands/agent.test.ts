import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import type { PackageDetail } from '@tenkai/protocol/api/packages.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { buildDeb, noDebTools } from '@tenkai/testkit/rig/deb.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';
import { cliOf } from '@tenkai/testkit/tenkai-cli.ts';
import { guardScript, upgradeScript } from '../agent-upgrade/scripts.ts';

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

test('the programs of the upgrade package are scripts that sh understands', () => {
  for (const text of [upgradeScript, guardScript]) {
    assert.equal(spawnSync('sh', ['-n'], { input: text }).status, 0);
    assert.ok(!text.includes('undefined'));
  }
});
