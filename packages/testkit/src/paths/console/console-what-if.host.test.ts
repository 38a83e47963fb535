import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { collectionRoutes, packageRoutes, updateRoutes, windowRoutes } from '@tenkai/protocol/api/index.ts';
import type { Client } from '@tenkai/protocol/client.ts';
import type { Page } from 'playwright-core';
import { assertSound } from '../../console/axe.ts';
import { noBrowser } from '../../console/browser.ts';
import { textsOf } from '../../console/console-site.ts';
import { type ConsoleSite, commandPackage } from '../../console/filled-site.ts';
import { openConsole } from '../../console/open-console.ts';
import { startSimulatedMachines } from '../../console/simulated-machine.ts';

const names = ['alder', 'birch', 'cedar', 'short-1'];

describe('what-if in the console', { skip: noBrowser }, () => {
  it('BSCN-07, BAUT-07, BCON-21: what would happen is told before it does, in both languages', async (t) => {
    const { site, page, watch, api } = await openConsole(t, 'en');
    await fill(t, api, site);
    for (const language of ['en', 'ja'] as const) {
      await page.evaluate((wanted) => localStorage.setItem('tenkai.language', wanted), language);
      await deployment(page, site, language);
      await settings(page, site, language);
      await auditLog(page, site, language);
    }
    assert.equal((await api(updateRoutes.policy, {})).isOn, false, 'nothing was changed');
    watch.assertQuiet();
  });
});

/** Four machines that are on, one of them with windows that are never long enough. */
async function fill(t: TestContext, api: Client, site: ConsoleSite) {
  await api(updateRoutes.setPolicy, { body: { isOn: false } });
  const draft = { ...commandPackage('tool', 'true', '/opt/tool'), urgency: 'highest' as const };
  await api(packageRoutes.create, { body: { draft, contentId: null } });
  const machines = await startSimulatedMachines(t, { api, site, names });
  const machineIds = machines.filter(({ name }) => name === 'short-1').map(({ id }) => id);
  const rules = [{ kind: 'direct' as const, machineIds }];
  const { id } = await api(collectionRoutes.create, {
    body: { name: 'Short', limitingCollectionId: null, rules },
  });
  const schedule = {
    kind: 'recurring' as const,
    rule: { every: 'day' as const, interval: 1, at: '02:00' },
    timeZone: 'Asia/Tokyo',
    startsAt: '2020-01-01T00:00:00Z',
  };
  const window = { id: 'w', name: 'Short', durationMinutes: 5, schedule };
  await api(windowRoutes.replace, { params: { id }, body: { windows: [window] } });
}

/** Keyboard alone after the address: from the reason that keeps a machine to that machine, and back. */
async function deployment(page: Page, site: ConsoleSite, language: 'en' | 'ja') {
  const { whatIf, common, nav, deployments } = textsOf[language];
  await page.goto(`${site.url}/deployments/new?package=tool&collection=all`);
  await page.getByLabel(deployments.delivery.maxTargets).fill('2');
  await page.getByRole('button', { name: common.next, exact: true }).press('Enter');
  const told = page.getByRole('region', { name: whatIf.title });
  assert.match((await told.locator('.tk-what-if-numbers').textContent()) ?? '', /^3/);
  await told.getByText(whatIf.outcomes.never).waitFor();
  await page.getByRole('region', { name: whatIf.waves }).waitFor();
  const list = page.getByRole('grid', { name: nav.machines });
  await list.getByRole('row', { name: /alder/ }).waitFor();
  await assertSound(page);

  const reason = page.getByRole('region', { name: whatIf.why }).getByRole('button').last();
  await reason.press('Enter');
  await list.getByRole('row', { name: /alder/ }).waitFor({ state: 'detached' });
  await list.getByRole('row', { name: /short-1/ }).waitFor();
  assert.equal(await reason.getAttribute('aria-pressed'), 'true');
  await page.getByRole('button', { name: whatIf.byReason }).press('Enter');
  await list.getByRole('row', { name: /alder/ }).waitFor();

  const again = page.waitForResponse((answer) => answer.url().endsWith('/deployments/what-if'));
  await told.getByRole('button', { name: whatIf.askAgain }).press('Enter');
  assert.equal((await again).status(), 200);
}

async function settings(page: Page, site: ConsoleSite, language: 'en' | 'ja') {
  const { whatIf, updates, common } = textsOf[language];
  await page.goto(`${site.url}/updates`);
  await page.getByRole('button', { name: updates.policy }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('switch', { name: updates.fields.isOn }).press('Space');
  await dialog.getByRole('button', { name: whatIf.update.ask }).press('Enter');
  const list = dialog.getByRole('grid', { name: whatIf.update.change });
  await list.getByRole('row', { name: /alder/ }).getByText(whatIf.update.changes.gains).waitFor();
  await dialog.getByLabel(updates.fields.attempts).fill('4');
  await dialog.getByText(whatIf.outdated).waitFor();
  const reason = dialog.getByRole('region', { name: whatIf.update.why }).getByRole('button').last();
  await reason.press('Enter');
  await list.getByRole('row', { name: /alder/ }).waitFor({ state: 'detached' });
  await list.getByRole('row', { name: /short-1/ }).waitFor();
  await dialog.getByText(language === 'en' ? '1 row' : '1 件', { exact: true }).waitFor();
  await assertSound(page);
  await dialog.getByRole('button', { name: common.cancel }).click();
}

/** Objects have names there; their ids are in the tooltip. */
async function auditLog(page: Page, site: ConsoleSite, language: 'en' | 'ja') {
  await page.goto(`${site.url}/audit`);
  const { objects } = textsOf[language];
  const object = page.getByText(`${objects.collection} Short`, { exact: true }).first();
  assert.match((await object.getAttribute('title')) ?? '', /^collection:[0-9a-f-]{36}$/);
}
