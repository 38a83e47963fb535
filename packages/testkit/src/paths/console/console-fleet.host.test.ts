import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { enrollmentRoutes, packageRoutes } from '@tenkai/protocol/api/index.ts';
import { noBrowser, startBrowser } from '../../console/browser.ts';
import { setUp, startConsoleSite, textsOf } from '../../console/console-site.ts';
import { commandPackage } from '../../console/filled-site.ts';
import { openConsole } from '../../console/open-console.ts';
import { seedFleet } from '../../console/seed-fleet.ts';
import { startSimulatedMachine } from '../../console/simulated-machine.ts';
import { makeDataDir } from '../../site-process.ts';

const texts = textsOf.ja;
const names = Array.from({ length: 10 }, (_, index) => `pc-${String(index).padStart(2, '0')}`);

describe('many machines in the console', { skip: noBrowser }, () => {
  it('BCON-06: a scenario is made, assigned to 10 machines and run, and its end is seen on each', async (t) => {
    const { site, page, watch, api } = await openConsole(t, 'ja');
    await api(packageRoutes.create, {
      body: { draft: commandPackage('tool', 'true', '/opt/tool'), contentId: null },
    });
    const body = { name: 'test', maxUses: names.length, validHours: 1 };
    const { secret } = await api(enrollmentRoutes.createTicket, { body });
    for (const name of names) {
      await startSimulatedMachine(t, { name, url: site.url, ca: site.ca, ticket: secret });
    }

    await page.goto(`${site.url}/scenarios/new?package=tool`);
    await page.getByLabel(texts.scenarios.name).fill('Tool for all');
    await page.getByRole('button', { name: texts.common.save }).click();
    await page.getByRole('heading', { level: 1, name: 'Tool for all' }).waitFor();

    await page.goto(`${site.url}/machines`);
    await page.getByText('10 件').waitFor();
    await page
      .locator('.tk-state-succeeded')
      .nth(names.length - 1)
      .waitFor();
    await page.getByRole('checkbox', { name: texts.table.selectAll }).click();
    await page.getByRole('button', { name: texts.machines.acts.deploy }).click();
    await page.getByRole('dialog').getByRole('button', { name: texts.common.next }).click();
    await page.getByRole('combobox', { name: texts.deployments.wizard.chooseScenario }).click();
    await page.getByRole('option', { name: 'Tool for all' }).click();
    const next = page.getByRole('button', { name: texts.common.next, exact: true });
    for (let step = 0; step < 3; step += 1) await next.click();
    const foretold = page.getByRole('region', { name: texts.whatIf.title });
    assert.match((await foretold.locator('.tk-what-if-numbers').textContent()) ?? '', /^10/);
    await page.getByRole('button', { name: texts.deployments.wizard.start }).click();

    for (const name of names) {
      const row = page.getByRole('row', { name: new RegExp(name) });
      await row.getByText(texts.runs.status.succeeded, { exact: true }).waitFor();
    }
    await page.getByText(/10 台中 10 台が終了/).waitFor();
    watch.assertQuiet();
  });

  it('BCON-09: a command to a machine that is starting is taken, and shown as held until it checks in', async (t) => {
    const dataDir = await makeDataDir(t);
    await seedFleet(dataDir, 12);
    const site = await startConsoleSite(t, { TENKAI_DATA: dataDir });
    const page = await (await startBrowser(t, { language: 'ja', ca: site.ca })).newPage();
    page.setDefaultTimeout(30_000);
    await setUp(page, site, 'ja');
    await page.goto(`${site.url}/machines?power=booting&search=pc-000011`);
    await page.getByRole('row', { name: /pc-/ }).getByRole('checkbox').click();
    await page.getByRole('button', { name: texts.machines.acts.power }).click();
    await page.getByRole('menuitem', { name: texts.machines.acts['shut-down'] }).click();
    const question = page.getByRole('dialog');
    await question.getByText(texts.machines.power.effect.held).waitFor();
    await question.getByRole('button', { name: texts.machines.acts['shut-down'] }).click();
    await page.getByRole('alert').getByText(texts.reasons['held-until-check-in']).waitFor();
    await page.getByRole('link', { name: /pc-/ }).click();
    await page.getByRole('tab', { name: texts.machines.tabs.timeline }).click();
    await page.getByText('admin の命令「シャットダウン」を、マシンが接続するまで保留します。').waitFor();
  });
});
