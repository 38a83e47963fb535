import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { packageRoutes, scenarioRoutes } from '@tenkai/protocol/api/index.ts';
import { aScenario } from '../builders.ts';
import { accessibilityProblems } from '../console/axe.ts';
import { noBrowser, startBrowser } from '../console/browser.ts';
import { setUp, startConsoleSite, textsOf } from '../console/console-site.ts';
import { apiOf, commandPackage } from '../console/filled-site.ts';
import { watchPage } from '../console/watch-page.ts';
import { until } from '../rig/until.ts';

const texts = textsOf.ja;

describe('options of a scenario in the console', { skip: noBrowser }, () => {
  it('DIST-15: another program that runs first is chosen, kept, and taken away again', async (t) => {
    const site = await startConsoleSite(t);
    const browser = await startBrowser(t, { language: 'ja', ca: site.ca });
    const page = await browser.newPage();
    page.setDefaultTimeout(60_000);
    const watch = watchPage(page);
    await setUp(page, site, 'ja');
    const api = await apiOf(browser, site);
    for (const id of ['hello', 'before']) {
      const draft = commandPackage(id, 'true', `/opt/${id}`);
      await api(packageRoutes.create, { body: { draft, contentId: null } });
    }
    const { id } = await api(scenarioRoutes.create, { body: aScenario() });
    const saved = async () => (await api(scenarioRoutes.get, { params: { id } })).draft.options.runFirst;

    await page.goto(`${site.url}/scenarios/${id}`);
    const options = page.getByRole('tab', { name: texts.scenarios.tabs.options });
    await options.click();
    const field = page.getByRole('group', { name: texts.scenarios.runFirst.title });
    const choice = field.getByRole('combobox', { name: texts.deployments.wizard.choosePackage });
    await choice.click();
    await page.getByRole('option', { name: /before/ }).click();
    await field.getByRole('combobox', { name: texts.deployments.wizard.chooseProgram }).waitFor();
    assert.deepEqual(await accessibilityProblems(page), []);
    const save = page.getByRole('button', { name: texts.common.save, exact: true });
    await save.click();
    await until('it is kept', async () => (await saved())?.packageId === 'before');
    assert.deepEqual(await saved(), { packageId: 'before', program: null });

    await page.reload();
    await options.click();
    await choice.click();
    await page.getByRole('option', { name: /before/ }).click();
    await save.click();
    await until('it is taken away', async () => (await saved()) === undefined);
    watch.assertQuiet();
  });
});
