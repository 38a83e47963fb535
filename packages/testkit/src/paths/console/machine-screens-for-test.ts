/** Acts on the screens of machines and their errors. */
import assert from 'node:assert/strict';
import { packageRoutes } from '@tenkai/protocol/api/packages.ts';
import { listAudit } from '@tenkai/protocol/api/status.ts';
import type { Page } from 'playwright-core';
import { administrator } from '../../console/console-site.ts';
import type { ConsoleSite } from '../../console/filled-site.ts';
import { type Scene, texts } from './console-screens-for-test.ts';

/** Of two machines at once, and then of one on its own page. */
export async function clearErrors({ site, page, api }: Scene): Promise<void> {
  const inError = texts.machines.activity.error;
  await page.goto(`${site.url}/machines`);
  for (const name of ['alder', 'birch']) await stateOf(page, name, inError).waitFor({ timeout: 60_000 });
  await page.getByRole('checkbox', { name: texts.table.selectAll }).click();
  await page.getByText('2 件中 2 件を選択').waitFor();
  await page.getByRole('button', { name: 'エラー解除' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'エラー解除' }).click();
  for (const name of ['alder', 'birch']) await stateOf(page, name, texts.machines.activity.idle).waitFor();

  await retryOn(page, site, 'alder');
  await page.goto(`${site.url}/machines?search=alder`);
  await stateOf(page, 'alder', inError).waitFor({ timeout: 60_000 });
  await page.getByRole('link', { name: 'alder' }).click();
  await page
    .getByRole('region', { name: texts.machines.inError })
    .getByRole('button', { name: 'エラー解除' })
    .click();
  await page.getByRole('dialog').getByRole('button', { name: 'エラー解除' }).click();
  await page.getByRole('region', { name: texts.machines.inError }).waitFor({ state: 'detached' });
  const { items } = await api(listAudit, { query: { action: 'runs.error-cleared' } });
  assert.deepEqual(
    items.map(({ actorName }) => actorName),
    [administrator.name, administrator.name, administrator.name],
  );
}

/** A new version of a package asks for a look at its target, once. */
export async function reviewTarget({ site, page, api }: Scene): Promise<void> {
  const { draft, revision } = await api(packageRoutes.get, { params: { id: 'broken' } });
  await page.goto(`${site.url}/`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  const body = { draft: { ...draft, version: '9.0' }, contentId: null, revision };
  await api(packageRoutes.update, { params: { id: 'broken' }, body });
  const task = page.getByRole('status').filter({ hasText: '対象の確認が必要です' });
  await task.getByRole('link', { name: 'Broken to Linux' }).click();
  const asked = page.getByRole('status').filter({ hasText: `から 9.0 に上がりました` });
  await asked.getByRole('link', { name: 'Linux', exact: true }).waitFor();
  await asked.getByRole('button', { name: '対象を確認済みにする' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '対象を確認済みにする' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await asked.waitFor({ state: 'detached' });
  const { items } = await api(listAudit, { query: { action: 'deployments.reviewed' } });
  assert.deepEqual(
    items.map(({ actorName }) => actorName),
    [administrator.name],
  );
}

const rowOf = (page: Page, name: string) => page.getByRole('row', { name: new RegExp(name) });

/** In words that can be seen: an icon says it, too (BCON-08). */
const stateOf = (page: Page, name: string, state: string) =>
  rowOf(page, name)
    .locator('.tk-state', { has: page.locator('svg') })
    .getByText(state, { exact: true })
    .first();

/** The failed run begins anew, and fails again. */
async function retryOn(page: Page, site: ConsoleSite, machine: string): Promise<void> {
  await page.goto(`${site.url}/deployments`);
  await page.getByRole('link', { name: 'Broken to Linux' }).click();
  await rowOf(page, machine).getByRole('checkbox').click();
  await page.getByRole('button', { name: texts.runs.retry, exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: texts.runs.retry }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

/** What the page of a machine tells of its system. */
export async function machineProperties({ site, page }: Scene): Promise<void> {
  await page.goto(`${site.url}/machines?search=alder`);
  await page.getByRole('link', { name: 'alder' }).click();
  await page.getByRole('tab', { name: 'マシンのプロパティ' }).waitFor();
  const factOf = (name: string) =>
    page
      .locator('dl > div', { has: page.getByText(name, { exact: true }) })
      .locator('dd')
      .first()
      .textContent();
  assert.match((await factOf('オペレーティングシステム')) ?? '', /Linux/);
  assert.equal(await factOf('サービスパック'), 'なし');
}
