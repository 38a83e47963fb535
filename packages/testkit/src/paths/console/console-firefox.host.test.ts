import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { enrollmentRoutes } from '@tenkai/protocol/api/enrollment.ts';
import { packageRoutes } from '@tenkai/protocol/api/packages.ts';
import { atEnd } from '../../at-end.ts';
import { administrator, startConsoleSite, textsOf } from '../../console/console-site.ts';
import { apiWith } from '../../console/filled-site.ts';
import { type Firefox, noFirefox, startFirefox } from '../../console/firefox.ts';
import { startSimulatedMachine } from '../../console/simulated-machine.ts';
import { until } from '../../rig/until.ts';

describe('the console in another browser', { skip: noFirefox }, () => {
  it('BCON-16, BCON-13, BCON-17: in an unmodified Firefox somebody signs in, sees the machines and makes a package, and it complains of nothing', async (t) => {
    const texts = textsOf.ja;
    const { session, nav } = texts;
    const site = await startConsoleSite(t);
    const firefox = await startFirefox(t, { language: 'ja', ca: site.ca });
    const link = new URL(site.setupLink ?? '');
    await firefox.goto(`${site.url}${link.pathname}${link.hash}`);
    await firefox.type(session.name, administrator.name);
    await firefox.type(session.password, administrator.password);
    await firefox.type(session.passwordAgain, administrator.password);
    await firefox.click('button', session.setupAct);
    await firefox.see('heading', nav.overview);

    const api = await apiWith(await firefox.cookies(), site);
    const body = { name: 'test', maxUses: 1, validHours: 1 };
    const { secret: ticket } = await api(enrollmentRoutes.createTicket, { body });
    await firefox.click('link', nav.machines);
    await firefox.see('heading', nav.machines);
    // The page is open already: what comes now comes by its live connection.
    await startSimulatedMachine(t, { name: 'alder', url: site.url, ca: site.ca, ticket });
    await firefox.see('link', 'alder');
    const picture = await firefox.screenshot();
    assert.deepEqual([...picture.subarray(1, 4)], [...Buffer.from('PNG')]);
    assert.ok(picture.length > 10_000, 'something is drawn');
    await wholePackage(t, firefox, site.url);
    await until(
      'the site has the package',
      async () => (await api(packageRoutes.list, { query: {} })).items.some(({ id }) => id === 'drawing'),
      60_000,
    );
    const { draft, files } = await api(packageRoutes.get, { params: { id: 'drawing' } });
    assert.deepEqual(
      [draft.programs[0]?.executable, draft.detection, files.map(({ path }) => path)],
      ['setup.sh', [{ kind: 'file', path: '/opt/drawing' }], ['setup.sh']],
    );
    assert.deepEqual(firefox.complaints(), []);
  });
});

/** With a file of this computer, a program and a rule of detection; no other tool is needed (BCON-17). */
async function wholePackage(t: TestContext, firefox: Firefox, url: string): Promise<void> {
  const { fields, tabs, detection, addFiles, create } = textsOf.ja.packages;
  const folder = await mkdtemp(join(tmpdir(), 'tenkai-files-'));
  atEnd(t, () => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'setup.sh'), '#!/bin/sh\nexit 0\n');
  await firefox.goto(`${url}/packages/new`);
  await firefox.type(fields.id, 'drawing');
  await firefox.type(fields.name, 'Drawing');
  await firefox.click('tab', tabs.execution);
  await firefox.see('button', addFiles);
  await firefox.choose('input[type=file]:not([webkitdirectory])', [join(folder, 'setup.sh')]);
  await firefox.type(fields.executable, 'setup.sh');
  await firefox.click('button', detection.add);
  await firefox.click('menuitem', detection.file);
  await firefox.type(detection.path, '/opt/drawing');
  await firefox.click('button', create);
}
