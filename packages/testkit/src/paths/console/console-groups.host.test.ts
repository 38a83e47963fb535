import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deploymentRoutes, enrollmentRoutes, packageRoutes } from '@tenkai/protocol/api/index.ts';
import { noBrowser, startBrowser } from '../../console/browser.ts';
import { setUp, startConsoleSite, textsOf } from '../../console/console-site.ts';
import { apiOf, commandPackage } from '../../console/filled-site.ts';
import { startSimulatedMachine } from '../../console/simulated-machine.ts';
import { watchPage } from '../../console/watch-page.ts';
import { until } from '../../rig/until.ts';

const texts = textsOf.ja;
const names = ['alder', 'birch', 'cedar'];
/** So far is the clock of the operator's computer ahead. */
const wrongByMs = 2 * 3_600_000;

describe('waiting groups in the console', { skip: noBrowser }, () => {
  it('BCON-18, BSCN-12, BSCN-15, BSCN-17: limits are set, the wait is counted down by the site, one leaves, the rest start now', async (t) => {
    const site = await startConsoleSite(t);
    const browser = await startBrowser(t, { language: 'ja', ca: site.ca });
    const page = await browser.newPage();
    page.setDefaultTimeout(60_000);
    await page.addInitScript((aheadMs) => {
      const { now } = Date;
      Date.now = () => now() + aheadMs;
    }, wrongByMs);
    const watch = watchPage(page);
    await setUp(page, site, 'ja');
    const api = await apiOf(browser, site);
    const draft = commandPackage('tool', 'true', '/opt/tool');
    await api(packageRoutes.create, { body: { draft, contentId: null } });
    const body = { name: 'test', maxUses: names.length, validHours: 1 };
    const { secret } = await api(enrollmentRoutes.createTicket, { body });
    for (const name of names)
      await startSimulatedMachine(t, { name, url: site.url, ca: site.ca, ticket: secret });

    await page.goto(`${site.url}/deployments/new?package=tool&collection=all`);
    const maxTargets = page.getByLabel(texts.deployments.delivery.maxTargets);
    await maxTargets.fill('5');
    await page.getByLabel(texts.deployments.delivery.maxWait).fill('10');
    await page.getByText(texts.deployments.delivery.unicast, { exact: true }).click();
    assert.ok(await maxTargets.isDisabled(), 'unicast waits for nobody');
    await page.getByText(texts.reasons['ignored-with-unicast']).first().waitFor();
    await page.getByText(texts.deployments.delivery.auto, { exact: true }).click();
    await page.getByRole('button', { name: texts.common.next, exact: true }).click();
    await page.getByRole('region', { name: texts.whatIf.title }).waitFor();
    await page.getByRole('button', { name: texts.deployments.wizard.start }).click();

    const panel = page.getByRole('region', { name: texts.deployments.group.title });
    await panel.getByText('5 台中 3 台の準備ができています。').waitFor();
    const [row] = (await api(deploymentRoutes.list, { query: {} })).items;
    const startsAt = row?.group?.startsAt ?? 0;
    const shown = await panel.locator('time').getAttribute('datetime');
    assert.equal(shown, new Date(startsAt).toISOString(), "the site's own deadline");
    const first = (await panel.locator('time').textContent()) ?? '';
    assert.match(first, /^([89]|10) 分/, 'by the clock of the site, not by the wrong one of this computer');
    await until('the countdown moves', async () => (await panel.locator('time').textContent()) !== first);

    const rowOf = (name: string) => page.getByRole('row', { name: new RegExp(name) });
    await rowOf('alder').getByRole('checkbox').click();
    await page.getByRole('button', { name: texts.runs.acts.leaveGroup }).click();
    await page.getByRole('dialog').getByRole('button', { name: texts.runs.acts.leaveGroup }).click();
    await rowOf('alder').getByText(texts.runs.status.succeeded, { exact: true }).waitFor();
    await panel.getByText('5 台中 2 台の準備ができています。').waitFor();

    await panel.getByRole('button', { name: texts.deployments.group.startNow }).click();
    const question = page.getByRole('dialog');
    await question.getByRole('button', { name: texts.deployments.group.startNow }).click();
    for (const name of names)
      await rowOf(name).getByText(texts.runs.status.succeeded, { exact: true }).waitFor();
    await panel.waitFor({ state: 'detached' });
    await page.getByRole('tab', { name: texts.deployments.tabs.settings }).click();
    await page.getByText(/第 1 波: 2 台、.*オペレーターが開始したため · admin/).waitFor();
    watch.assertQuiet();
  });
});
