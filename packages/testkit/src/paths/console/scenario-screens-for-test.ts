/** Acts on the screens of scenarios, deployments and packages. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { packageRoutes } from '@tenkai/protocol/api/packages.ts';
import type { Page } from 'playwright-core';
import { startBrowser } from '../../console/browser.ts';
import { signIn } from '../../console/console-site.ts';
import { aDraft } from '../../package-draft.ts';
import { until } from '../../rig/until.ts';
import { type Scene, texts } from './console-screens-for-test.ts';

/** From the list to the saved scenario without a mouse. */
export async function scenarioByKeyboard({ site, page }: Scene): Promise<void> {
  await page.goto(`${site.url}/scenarios`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.getByRole('link', { name: 'シナリオ追加' }).press('Enter');
  await page.getByLabel('シナリオ名').waitFor();
  assert.deepEqual(await page.getByRole('tab').allTextContents(), [
    'パッケージとステップ',
    '変数',
    'オプション',
  ]);
  await tabTo(page, 'シナリオ名');
  await page.keyboard.type('Keyboard');
  await tabTo(page, texts.scenarios.addStep);
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: texts.scenarios.kinds.wait }).press('Enter');
  await page.getByRole('button', { name: /1.*待機/ }).waitFor();
  await tabTo(page, texts.common.save);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Keyboard' }).waitFor();
}

/** The fields of delivery and timing are there, in their groups. */
export async function deliveryFields({ site, page }: Scene): Promise<void> {
  await page.goto(`${site.url}/deployments/new?package=x&collection=all`);
  await page.getByRole('heading', { name: '配信条件設定' }).waitFor();
  const method = page.getByRole('radiogroup', { name: '配信方法' });
  assert.deepEqual(await method.locator('label').allTextContents(), [
    '自動',
    'ユニキャスト',
    'マルチキャスト',
  ]);
  for (const field of ['最大ターゲット数', '最大待ち時間 (分)', 'マルチキャストIPアドレス'])
    assert.equal(await page.getByRole('textbox', { name: field }).count(), 1, field);
  const timing = page.getByRole('radiogroup', { name: '実行タイミング設定' });
  for (const choice of ['配信後すぐにパッケージを実行', '次回起動時にパッケージを実行'])
    assert.equal(await timing.getByRole('radio', { name: choice }).count(), 1, choice);
  for (const field of [
    'シナリオ開始時に再起動を行う',
    'パッケージ実行後に再起動を行う',
    'シナリオ終了時に電源をOFFにする',
  ])
    assert.equal(await page.getByRole('combobox', { name: field }).count(), 1, field);
}

/** Name and version lie within a narrow window. */
export async function versionInSight({ site, page, api }: Scene): Promise<void> {
  const [first] = (await api(packageRoutes.list, { query: {} })).items;
  assert.ok(first);
  await page.setViewportSize({ width: 1024, height: 768 });
  await page.goto(`${site.url}/packages`);
  const row = page.getByRole('row', { name: first.displayName }).first();
  for (const text of [first.displayName, first.version]) {
    const box = await row.getByText(text, { exact: true }).first().boundingBox();
    assert.ok(box && box.x + box.width <= 1024, `${text}: ${JSON.stringify(box)}`);
  }
  await page.setViewportSize({ width: 1280, height: 800 });
}

/** Each way to look for a registered package finds it; one that was removed is not found. */
export async function choosePackage({ site, page, api }: Scene): Promise<void> {
  const xp = { operatingSystem: 'windows-xp', language: 'any', architecture: 'any' } as const;
  for (const draft of [
    aDraft({ id: 'KB977203', name: '修正', type: 'hotfix', targets: [xp] }),
    aDraft({ id: 'S0199999', name: 'Gone', type: 'hotfix', targets: [xp] }),
  ])
    await api(packageRoutes.create, { body: { draft, contentId: null } });
  await api(packageRoutes.remove, { params: { id: 'S0199999' } });
  await page.goto(`${site.url}/scenarios/new`);
  await page.getByRole('button', { name: texts.scenarios.addStep }).click();
  await page.getByRole('menuitem', { name: texts.scenarios.kinds['install-package'] }).click();
  const field = page.getByRole('combobox', { name: texts.deployments.wizard.choosePackage });
  const registered = (await api(packageRoutes.list, { query: {} })).items.length;
  await field.click();
  const options = page.getByRole('option');
  await until('every registered package is offered', async () => (await options.count()) === registered);
  for (const search of ['kb9772', 'windows xp', 'HotFix XP', '修正']) {
    await field.fill(search);
    await until(`one is found by ${search}`, async () => (await options.count()) === 1);
    assert.match((await options.textContent()) ?? '', /修正.*KB977203 · HotFix · Windows XP/);
  }
  await field.fill('S0199999');
  await page.getByText(texts.table.noMatch, { exact: true }).waitFor();
  await field.fill('kb9772');
  await options.first().click();
  await page.goto(`${site.url}/packages?os=Windows%20XP`);
  await page.getByRole('row', { name: /KB977203/ }).waitFor();
  assert.equal(await page.getByRole('row').count(), 2, 'its head, and the only package for Windows XP');
}

const mostTabs = 60;

/** Presses Tab until what has this name has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let press = 0; press < mostTabs; press += 1) {
    const isThere = await page.evaluate((wanted) => {
      const active = document.activeElement;
      const label = (active as HTMLInputElement | null)?.labels?.[0]?.textContent ?? active?.textContent;
      return (label ?? '').replace('*', '').trim() === wanted;
    }, name);
    if (isThere) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`the keyboard does not reach ${name}`);
}

/** What one browser saves, another shows without a reload. */
export async function secondBrowser({ site, page }: Scene, t: TestContext): Promise<void> {
  const other = await (await startBrowser(t, { language: 'en', ca: site.ca })).newPage();
  await signIn(other, site.url, 'en');
  await other.goto(`${site.url}/scenarios`);
  await other.getByRole('row', { name: /Keyboard/ }).waitFor();
  await page.goto(`${site.url}/scenarios/new`);
  await page.getByLabel('シナリオ名').fill('Seen at once');
  await page.getByRole('button', { name: texts.scenarios.addStep }).click();
  await page.getByRole('menuitem', { name: texts.scenarios.kinds.restart }).click();
  await page.getByRole('button', { name: texts.common.save }).click();
  await other.getByRole('row', { name: /Seen at once/ }).waitFor();
}
