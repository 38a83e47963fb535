import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { updateKinds } from '@tenkai/domain/update/update-kinds.ts';
import { machineRoutes, packageRoutes, updateRoutes } from '@tenkai/protocol/api/index.ts';
import type { Page } from 'playwright-core';
import { assertSound } from '../../console/axe.ts';
import { noBrowser } from '../../console/browser.ts';
import { textsOf } from '../../console/console-site.ts';
import { startMachines } from '../../console/filled-site.ts';
import { openConsole } from '../../console/open-console.ts';
import { aDraft } from '../../package-draft.ts';

describe('automatic update in the console', { skip: noBrowser }, () => {
  for (const language of ['en', 'ja'] as const) {
    it(`BAUT-07, BAUT-27, HOTFIX-28: kinds are explained, rules are set, a preview told, a package held and released, in ${language}`, async (t) => {
      const { updates, common, whatIf, machines } = textsOf[language];
      const { site, page, watch, api } = await openConsole(t, language);
      await startMachines(t, api, site, ['alder']);
      const [machine] = (await api(machineRoutes.list, { query: {} })).items;
      const draft = aDraft({ id: 'fix', name: 'Fix', urgency: 'high' });
      await api(packageRoutes.create, { body: { draft, contentId: null } });
      await page.goto(`${site.url}/updates`);
      const dialog = page.getByRole('dialog');
      await kindsAreTold(page, language);
      await page.getByRole('button', { name: updates.policy }).click();
      await dialog.getByLabel(updates.fields.time, { exact: true }).fill('04:30');
      await dialog.getByLabel(updates.fields.timeZone).fill('Asia/Tokyo');
      await dialog.getByRole('button', { name: whatIf.update.ask }).click();
      await dialog.getByRole('region', { name: whatIf.title }).getByRole('status').waitFor();
      await assertSound(page);
      await dialog.getByRole('button', { name: common.save }).click();
      await dialog.waitFor({ state: 'detached' });
      const { time, timeZone } = await api(updateRoutes.policy, {});
      assert.deepEqual([time, timeZone], ['04:30', 'Asia/Tokyo']);
      await page.goto(`${site.url}/updates/fix`);
      await page.getByText(updates.state['waiting-time']).first().waitFor();
      await page.getByRole('button', { name: updates.acts.hold }).click();
      await dialog.getByLabel(updates.note).fill('ticket 7');
      await dialog.getByRole('button', { name: updates.acts.hold }).click();
      // The page hears of it by itself.
      await page.getByText(updates.state.held).first().waitFor();
      await assertSound(page);
      await page.goto(`${site.url}/machines/${machine?.id}`);
      await page.getByRole('tab', { name: machines.tabs.updates }).click();
      const tab = page.getByRole('tabpanel', { name: machines.tabs.updates });
      const item = tab
        .getByRole('listitem')
        .filter({ has: page.getByRole('link', { name: 'fix', exact: true }) });
      await item.getByText(updates.state.held, { exact: true }).waitFor();
      await item.getByText('ticket 7').waitFor();
      await assertSound(page);
      await item.getByRole('link', { name: 'fix', exact: true }).click();
      await page.getByRole('heading', { level: 1 }).filter({ hasText: 'Fix' }).waitFor();
      await page.getByRole('button', { name: updates.acts.release }).click();
      await dialog.getByRole('button', { name: updates.acts.release }).click();
      await page.getByText(updates.state['waiting-time']).first().waitFor();
      watch.assertQuiet();
    });
  }
});

async function kindsAreTold(page: Page, language: 'en' | 'ja') {
  const { updates, common } = textsOf[language];
  await page.getByRole('button', { name: updates.kinds }).click();
  const dialog = page.getByRole('dialog');
  for (const { [language]: kind } of updateKinds) await dialog.getByText(kind.text).waitFor();
  await assertSound(page);
  await dialog.getByRole('button', { name: common.close }).click();
  await dialog.waitFor({ state: 'detached' });
}
