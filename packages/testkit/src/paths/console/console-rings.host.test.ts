import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { collectionRoutes, packageRoutes, updateRoutes } from '@tenkai/protocol/api/index.ts';
import { assertSound } from '../../console/axe.ts';
import { noBrowser } from '../../console/browser.ts';
import { textsOf } from '../../console/console-site.ts';
import { openConsole } from '../../console/open-console.ts';
import { startSimulatedMachines } from '../../console/simulated-machine.ts';
import { aDraft } from '../../package-draft.ts';

describe('rings of automatic update in the console', { skip: noBrowser }, () => {
  for (const language of ['en', 'ja'] as const) {
    it(`BAUT-25: rings are laid out, a wrong one is refused, and each machine tells which ring it waits for, in ${language}`, async (t) => {
      const { updates, common, reasons } = textsOf[language];
      const { site, page, watch, api } = await openConsole(t, language);
      const machines = await startSimulatedMachines(t, { api, site, names: ['alder', 'birch'] });
      for (const { id, name } of machines) {
        const rules = [{ kind: 'direct' as const, machineIds: [id] }];
        await api(collectionRoutes.create, {
          body: { name: `Ring ${name}`, limitingCollectionId: null, rules },
        });
      }
      await page.goto(`${site.url}/updates`);
      await page.getByRole('button', { name: updates.policy }).click();
      const dialog = page.getByRole('dialog');
      const save = dialog.getByRole('button', { name: common.save });
      const add = dialog.getByRole('button', { name: updates.rings.add });
      const collection = dialog.getByLabel(updates.rings.collection);
      const choose = async (ring: number, name: string) => {
        await collection.nth(ring).click();
        await page.getByRole('option', { name }).click();
      };
      await add.click();
      await choose(0, 'Ring alder');
      await add.click();
      await choose(1, 'Ring alder');
      await save.click();
      const problem = dialog.getByRole('listitem').filter({ hasText: reasons['update-ring-twice'] });
      assert.match(await problem.innerText(), new RegExp(`^${updates.ring} 2:`));
      await choose(1, 'Ring birch');
      await dialog.getByLabel(updates.rings.successPercent).first().fill('100');
      await dialog.getByLabel(updates.rings.soakMinutes).first().fill('60');
      await assertSound(page);
      await save.click();
      await dialog.waitFor({ state: 'detached' });
      const { rings } = await api(updateRoutes.policy, {});
      assert.deepEqual(
        rings.map(({ successPercent, soakMinutes }) => [successPercent, soakMinutes]),
        [
          [100, 60],
          [80, 1440],
        ],
      );
      const draft = aDraft({ id: 'fix', name: 'Fix', urgency: 'highest' });
      await api(packageRoutes.create, { body: { draft, contentId: null } });
      await page.goto(`${site.url}/updates/fix`);
      const [waits = ''] = reasons['update-ring'].split('{');
      const reason = page.getByRole('row', { name: /birch/ }).getByText(waits);
      // All other machines are the last ring.
      assert.deepEqual((await reason.innerText()).match(/\d+/g), ['1', '3', '2']);
      assert.equal(await page.getByRole('row', { name: /alder/ }).getByText(waits).count(), 0);
      // The refusal that was asked for.
      assert.deepEqual(
        watch.complaints.filter((text) => !text.includes('422')),
        [],
      );
    });
  }
});
