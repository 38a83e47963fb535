import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { packageRoutes, scenarioRoutes } from '@tenkai/protocol/api/index.ts';
import { aScenario } from '../../builders.ts';
import { assertSound } from '../../console/axe.ts';
import { noBrowser } from '../../console/browser.ts';
import { textsOf } from '../../console/console-site.ts';
import { commandPackage } from '../../console/filled-site.ts';
import { openConsole } from '../../console/open-console.ts';
import { until } from '../../rig/until.ts';

const texts = textsOf.ja;

describe('options of a scenario in the console', { skip: noBrowser }, () => {
  it('DIST-15: another program that runs first is chosen, kept, and taken away again', async (t) => {
    const { site, page, watch, api } = await openConsole(t, 'ja');
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
    await assertSound(page);
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
