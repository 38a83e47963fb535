import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  collectionRoutes,
  deploymentRoutes,
  packageRoutes,
  windowRoutes,
} from '@tenkai/protocol/api/index.ts';
import type { Client } from '@tenkai/protocol/client.ts';
import { aDeployment } from '../../builders.ts';
import { assertSound } from '../../console/axe.ts';
import { noBrowser } from '../../console/browser.ts';
import { textsOf } from '../../console/console-site.ts';
import { commandPackage } from '../../console/filled-site.ts';
import { openConsole } from '../../console/open-console.ts';
import { startSimulatedMachines } from '../../console/simulated-machine.ts';
import { until } from '../../rig/until.ts';

/** Long ended: no machine of the collection may be changed by it any more. */
const past = { from: '2021-01-01T22:00', to: '2021-02-01T00:00' };

describe('maintenance windows in the console', { skip: noBrowser }, () => {
  for (const language of ['en', 'ja'] as const) {
    it(`a window is added, corrected and removed; a run waits for it and says so, in ${language}`, async (t) => {
      const { collections, common, schedule, reasons } = textsOf[language];
      const { site, page, watch, api } = await openConsole(t, language);
      const [machine] = await startSimulatedMachines(t, { api, site, names: ['alder'] });
      const rules = [{ kind: 'direct' as const, machineIds: [machine?.id ?? ''] }];
      const body = { name: 'Counter', limitingCollectionId: null, rules };
      const { id } = await api(collectionRoutes.create, { body });
      const windows = async () => (await api(windowRoutes.list, { params: { id } })).items;
      await page.goto(`${site.url}/collections/${id}?tab=windows`);
      await page.getByText(collections.noWindowsText).waitFor();

      const dialog = page.getByRole('dialog');
      await page.getByRole('button', { name: collections.addWindow }).click();
      const save = dialog.getByRole('button', { name: common.save });
      assert.equal(await save.isDisabled(), true, 'a window has a name');
      await dialog.getByLabel(common.name, { exact: true }).fill('夜間');
      await dialog.getByLabel(schedule.time).fill('23:30');
      await dialog.getByLabel(schedule.startsAt).fill(past.from);
      await dialog.getByLabel(schedule.endsAt).fill(past.to);
      await dialog.getByLabel(collections.windowMinutes).fill('-90');
      await assertSound(page);
      await save.click();
      await dialog.waitFor({ state: 'detached' });
      const [added] = await windows();
      assert.equal(added?.durationMinutes, 90, 'no length is negative');
      assert.equal(added?.schedule.kind === 'recurring' && added.schedule.rule.at, '23:30');

      const deployment = { id: await deployTool(api, id) };
      const runs = async () => (await api(deploymentRoutes.runs, { params: deployment, query: {} })).items;
      await until('the run waits', async () => (await runs())[0]?.reason?.code === 'window-none-left');
      await page.goto(`${site.url}/deployments/${deployment.id}`);
      await page.getByText(reasons['window-none-left']).waitFor();
      await page.goto(`${site.url}/collections/${id}?tab=windows`);
      const item = page.getByRole('listitem').filter({ hasText: '夜間' });
      await item.getByRole('button', { name: common.edit }).click();
      await dialog.getByLabel(collections.windowMinutes).fill('240');
      await save.click();
      await dialog.waitFor({ state: 'detached' });
      assert.deepEqual(
        (await windows()).map(({ durationMinutes }) => durationMinutes),
        [240],
      );
      await item.getByRole('button', { name: common.remove }).click();
      await dialog.getByText(collections.removeLastWindowText).waitFor();
      await dialog.getByRole('button', { name: common.remove }).click();
      await page.getByText(collections.noWindowsText).waitFor();
      assert.deepEqual(await windows(), []);
      await until('the run begins', async () => (await runs())[0]?.status === 'succeeded');
      watch.assertQuiet();
    });
  }
});

async function deployTool(api: Client, collectionId: string): Promise<string> {
  await api(packageRoutes.create, {
    body: { draft: commandPackage('tool', 'true', '/opt/tool'), contentId: null },
  });
  const { id } = await api(deploymentRoutes.create, {
    body: aDeployment({ subject: { kind: 'program', packageId: 'tool', program: null }, collectionId }),
  });
  return id;
}
