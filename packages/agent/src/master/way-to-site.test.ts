/** How the clones of an image find their site: an address, the root key, candidates by boundary. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { auditMaster } from '@tenkai/domain/master/index.ts';
import { livedMachine, livedRoot as root64 } from '@tenkai/testkit/lived-machine.ts';
import { readSettings, type Settings, writeSettings } from '../settings.ts';
import { readMasterJournal } from './journal.ts';
import { lookAt } from './look.ts';
import { findings, prepare, values } from './master-for-test.ts';

test('MASTER-12: where no site was ever met, step 4 is left out with its reason in the journal', async (t) => {
  const scene = livedMachine(t, { isAssigned: false });
  const { steps } = await prepare(scene);
  assert.deepEqual([steps[3]?.outcome, steps[3]?.reason], ['not-needed', 'never-contacted']);
  const lines = readMasterJournal(scene.data).filter((entry) => entry.event === 'step-finished');
  assert.equal(lines.find(({ step }) => step === 'trust')?.reason, 'never-contacted');
});

test('MASTER-13: step 5 asks for a value, but not where the site is published', async (t) => {
  const scene = livedMachine(t, { isAssigned: false });
  await assert.rejects(prepare(scene, {}), { code: 'master-site-values-missing' });
  await assert.rejects(prepare(scene, { locator: 'mp1' }), { code: 'master-site-value-malformed' });
  assert.ok(existsSync(join(scene.root, 'etc/ssh/ssh_host_ed25519_key')), 'nothing was changed');
  const { steps, findings: found } = await prepare(scene, { profile: 'domain-published' });
  assert.deepEqual([steps[4]?.reason, found], ['site-published', []]);
});

test('the root key of the targets may be put in on purpose; the deployment may give another', async (t) => {
  const scene = livedMachine(t);
  const pin = 'cd'.repeat(32);
  const { findings: found } = await prepare(scene, { ...values, unassign: true, rootFingerprint: pin });
  assert.deepEqual([found, readSettings(scene.data).rootFingerprint], [[], pin]);
  assert.deepEqual(
    auditMaster(await lookAt(scene, { profile: 'workgroup', pin: root64 })).map(({ code }) => code),
    ['trust-keys'],
  );
});

test('MASTER-15: sites by boundary are a way to the site, too; they lie in the image, and wrong ones are refused before anything is changed', async (t) => {
  const scene = livedMachine(t);
  const before = readSettings(scene.data);
  const line = `10.1.0.0/16 SITECODE=TKY MP=mp.tokyo.example ROOTFINGERPRINT=${root64}`;
  const wrong = prepare(scene, { candidates: `${line}\n10.2.0.0/16 SITECODE=OSA`, unassign: true });
  await assert.rejects(wrong, { code: 'properties-invalid' });
  assert.deepEqual(readSettings(scene.data), before);
  const { findings: found } = await prepare(scene, { candidates: line, unassign: true });
  assert.deepEqual([found, await findings(scene)], [[], []]);
  const place = { range: '10.1.0.0/16', siteCode: 'TKY', managementPoint: 'https://mp.tokyo.example' };
  assert.deepEqual(readSettings(scene.data).assignment, {
    boundaries: [{ name: '10.1.0.0/16', ...place, rootFingerprint: root64 }],
  });
  const again = await prepare(scene, {});
  assert.deepEqual(again.steps, [], 'the same preparation needs them only once');
  await prepare(scene, { ...values, unassign: true });
  assert.deepEqual(readSettings(scene.data).assignment, { locator: 'https://mp1.example.org' }, 'they go');
});

test('a pin of an earlier preparation does not speak for the sites of candidates; boundaries written by hand stay', async (t) => {
  const scene = livedMachine(t);
  const place = {
    name: 'hand',
    range: '10.9.0.0/16',
    siteCode: 'OSA',
    managementPoint: 'https://mp.osaka.example',
  };
  writeSettings(scene.data, { ...readSettings(scene.data), assignment: { boundaries: [place] } } as Settings);
  await prepare(scene, { ...values, unassign: true, rootFingerprint: 'cd'.repeat(32) });
  assert.deepEqual(readSettings(scene.data).assignment?.boundaries, [place]);
  assert.equal(readSettings(scene.data).rootFingerprint, 'cd'.repeat(32));
  const candidates = `10.1.0.0/16 SITECODE=TKY MP=mp.tokyo.example ROOTFINGERPRINT=${root64}`;
  await prepare(scene, { candidates, unassign: true });
  assert.equal(readSettings(scene.data).rootFingerprint, undefined);
});
