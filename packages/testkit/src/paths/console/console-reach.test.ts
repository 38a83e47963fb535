import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import * as api from '@tenkai/protocol/api/index.ts';

const consoleSources = join(import.meta.dirname, '../../../../console/src');

/** The acts of scenario, power, package, update and settings work, by feature: what an operator does all day. */
const acts: Readonly<Record<string, string>> = {
  scenarioRoutes: 'list get create update remove',
  deploymentRoutes:
    'list get runs create cancel whatIf startGroup changeDelivery goUnicast cancelRuns retryRuns leaveGroup runsGoUnicast requestRuns',
  machineRoutes: 'list get power clearErrors setProperties remove diagnose lostProperties',
  packageRoutes: 'list get create update remove verify place netfw operatingSystems',
  updateRoutes: 'policy setPolicy packages machines ofMachine whatIf hold release optOuts setOptOut',
  collectionRoutes: 'list get create update remove preview',
  windowRoutes: 'replace',
  distributionPointRoutes: 'list create update remove',
  repositoryRoutes: 'create update remove pull approve reject',
  enrollmentRoutes: 'createTicket revokeTicket decide',
  boundaryRoutes: 'list create update remove locate',
  certificateRoutes: 'health repair',
  multicastRoutes: 'setRepresentative',
};
const single =
  'getSiteSettings changeSiteSettings renameSite listAudit createUser changeUser deleteUser setUserPassword changePassword createApiToken revokeApiToken';

/** `deploymentRoutes[kind]`, with the kinds as texts. */
const sharingACall = new Set(['leaveGroup', 'runsGoUnicast', 'requestRuns']);

async function sources(): Promise<string> {
  const files = await readdir(consoleSources, { recursive: true });
  const wanted = files.filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.test.ts'));
  return (await Promise.all(wanted.map((file) => readFile(join(consoleSources, file), 'utf8')))).join('\n');
}

test('BCON-01: every act of scenario, power, package, update and settings work has its page in the console', async () => {
  const text = await sources();
  const calls = (name: string) => new RegExp(`\\b${name.replace('.', '\\.')}\\b`).test(text);
  const unreached: string[] = [];
  for (const [group, keys] of Object.entries(acts))
    for (const key of keys.split(' ')) {
      const routes = (api as Record<string, unknown>)[group] as Record<string, unknown> | undefined;
      assert.ok(routes?.[key], `the API has no ${group}.${key} any more`);
      const isShared = sharingACall.has(key) && text.includes(`${group}[`) && text.includes(`'${key}'`);
      if (!isShared && !calls(`${group}.${key}`)) unreached.push(`${group}.${key}`);
    }
  for (const name of single.split(' ')) {
    assert.ok(name in api, `the API has no ${name} any more`);
    if (!calls(name)) unreached.push(name);
  }
  assert.deepEqual(unreached, []);
});
