import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { packageRoutes } from '@tenkai/protocol/api/packages.ts';
import { getSiteSettings } from '@tenkai/protocol/api/site.ts';
import { listAudit } from '@tenkai/protocol/api/status.ts';
import { createUser } from '@tenkai/protocol/api/users.ts';
import type { Client } from '@tenkai/protocol/client.ts';
import type { BrowserContext, Page } from 'playwright-core';
import { noBrowser, startBrowser } from '../console/browser.ts';
import { administrator, setUp, signIn, startConsoleSite, textsOf } from '../console/console-site.ts';
import { apiOf, type ConsoleSite, fillSite, startMachines } from '../console/filled-site.ts';
import { takeFromPalette, typeInPalette } from '../console/palette.ts';
import { watchPage } from '../console/watch-page.ts';
import { aDraft } from '../package-draft.ts';
import { until } from '../rig/until.ts';

const texts = textsOf.ja;

interface Scene {
  readonly site: ConsoleSite;
  readonly browser: BrowserContext;
  readonly page: Page;
  readonly api: Client;
}

type Act = (scene: Scene, t: TestContext) => Promise<void>;

/** By the requirement that each shows to hold; one site serves them all, in this order. */
const screens: readonly (readonly [string, Act])[] = [
  ['BCON-02: 詳細設定 holds the number of machines at the same time, and saves it', settings],
  ['BCON-03, BSCN-02: シナリオ追加 has its tabs and name, by keyboard alone', scenarioByKeyboard],
  ['BCON-04: 配信条件設定 and 実行タイミング設定 hold every field of the old tab パッケージ', deliveryFields],
  ['BSCN-03: a registered package is chosen by ID, type or operating system', choosePackage],
  ['the name and the version of a package stand within a window of 1024 pixels', versionInSight],
  ['BCON-05: a second browser sees a new scenario without loading the page again', secondBrowser],
  ['BCON-07: errors are cleared on one and on many machines, and the audit log says by whom', clearErrors],
  [
    'DIST-19: after an upgrade the deployment asks for a look at its target, until somebody has looked',
    reviewTarget,
  ],
  ['BCON-10: マシンのプロパティ shows operating system and service pack', machineProperties],
  ['BCON-13: the content security policy allows no foreign and no inline script', contentSecurity],
  ['BCON-14: the console opens by name and by IP address with a certificate that holds', byNameAndAddress],
  ['BCON-21: the language changes at once, on the page that is open', languageSwitch],
  ['BCON-22: a viewer sees no act, and none is done for them', viewerCannot],
];

describe('screens of the console', { skip: noBrowser }, () => {
  it('hold what the requirements ask of them', async (t) => {
    const site = await startConsoleSite(t);
    const browser = await startBrowser(t, { language: 'ja', ca: site.ca });
    const page = await browser.newPage();
    page.setDefaultTimeout(30_000);
    await setUp(page, site, 'ja');
    const api = await apiOf(browser, site);
    await startMachines(t, api, site, ['alder', 'birch']);
    await fillSite(api);
    for (const [title, act] of screens) {
      await t.test(title, (inner) => act({ site, browser, page, api }, inner));
    }
  });
});

async function settings({ site, page, api }: Scene): Promise<void> {
  await page.goto(`${site.url}/`);
  await typeInPalette(page, 'DPMサーバ');
  await page.getByRole('dialog').getByText('詳細設定', { exact: true }).click();
  const network = page.locator('section', { has: page.getByRole('heading', { name: 'ネットワーク' }) });
  await network.getByLabel('同時実行可能台数').fill('77');
  await network.getByRole('button', { name: texts.common.save }).click();
  await page.getByText(texts.common.saved).waitFor();
  assert.equal((await api(getSiteSettings)).concurrency, 77);
}

/** From the list to the saved scenario without a mouse. */
async function scenarioByKeyboard({ site, page }: Scene): Promise<void> {
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

async function deliveryFields({ site, page }: Scene): Promise<void> {
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

async function versionInSight({ site, page, api }: Scene): Promise<void> {
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

async function choosePackage({ site, page, api }: Scene): Promise<void> {
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

async function secondBrowser({ site, page }: Scene, t: TestContext): Promise<void> {
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

async function clearErrors({ site, page, api }: Scene): Promise<void> {
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

async function reviewTarget({ site, page, api }: Scene): Promise<void> {
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

async function machineProperties({ site, page }: Scene): Promise<void> {
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

async function contentSecurity({ site, page }: Scene): Promise<void> {
  const answer = await page.goto(`${site.url}/`);
  const policy = Object.fromEntries(
    ((await answer?.headerValue('content-security-policy')) ?? '')
      .split(';')
      .map((part) => part.trim().split(/ (.*)/s) as [string, string]),
  );
  assert.equal(policy['script-src'], "'self'");
  assert.ok(["'none'", "'self'"].includes(policy['default-src'] ?? ''));
  assert.ok(["'self'", "'self' 'unsafe-inline'"].includes(policy['style-src'] ?? ''));
  assert.equal(policy['frame-ancestors'], "'none'");
  const watch = watchPage(page);
  await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'document.title = "inline"';
    document.body.append(script);
  });
  assert.notEqual(await page.title(), 'inline');
  assert.match(watch.complaints.join('\n'), /Content Security Policy/);
  assert.ok(new URL(page.url()).protocol === 'https:');
}

async function byNameAndAddress({ site }: Scene, t: TestContext): Promise<void> {
  const browser = await startBrowser(t, { language: 'ja', ca: site.ca });
  for (const host of ['localhost', '127.0.0.1']) {
    const page = await browser.newPage();
    const watch = watchPage(page);
    await signIn(page, `https://${host}:${site.port}`, 'ja');
    watch.assertQuiet();
  }
}

async function languageSwitch({ site, browser }: Scene): Promise<void> {
  const page = await browser.newPage();
  await page.goto(`${site.url}/machines`);
  await page.getByRole('heading', { level: 1, name: 'マシン' }).waitFor();
  await page.getByRole('button', { name: /管理者/ }).click();
  await page.getByRole('menuitemradio', { name: 'English' }).click();
  await page.getByRole('heading', { level: 1, name: 'Machines' }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'en');
  await page.reload();
  await page.getByRole('heading', { level: 1, name: 'Machines' }).waitFor();
  await typeInPalette(page, '日本語');
  await takeFromPalette(page, '日本語');
  await page.getByRole('heading', { level: 1, name: 'マシン' }).waitFor();
  await page.close();
}

async function viewerCannot({ site, api }: Scene, t: TestContext): Promise<void> {
  const { name, password } = { name: 'looks-only', password: 'long enough for this' };
  await api(createUser, { body: { name, password, role: 'viewer' } });
  const page = await (await startBrowser(t, { language: 'en', ca: site.ca })).newPage();
  // A stranger is asked who they are, and then taken to where they wanted to go.
  await page.goto(`${site.url}/deployments?status=active`);
  await page.getByLabel(textsOf.en.session.name).fill(name);
  await page.getByLabel(textsOf.en.session.password, { exact: true }).fill(password);
  await page.getByRole('button', { name: textsOf.en.session.signIn }).click();
  await page.getByRole('heading', { level: 1, name: textsOf.en.nav.deployments }).waitFor();
  assert.equal(new URL(page.url()).search, '?status=active');
  await page.goto(`${site.url}/deployments`);
  await page.getByRole('link', { name: 'Broken to Linux' }).click();
  await page.getByRole('row', { name: /alder/ }).getByRole('checkbox').click();
  const { runs, deployments, palette, nav } = textsOf.en;
  for (const act of [runs.retry, runs.cancel, deployments.repeat, deployments.cancel]) {
    assert.equal(await page.getByRole('button', { name: act }).count(), 0, act);
  }
  for (const place of [nav.users, nav.audit, nav.enrollment]) {
    assert.equal(await page.getByRole('link', { name: place }).count(), 0, place);
  }
  await page.goto(`${site.url}/deployments`);
  assert.equal(await page.getByRole('link', { name: palette.newDeployment }).count(), 0);
  // Who types the address gets the form, and from the site the refusal.
  const status = await page.evaluate(async () => {
    const session = await (await fetch('/api/v1/session')).json();
    const headers = { 'content-type': 'application/json', 'x-tenkai-csrf': session.csrf };
    const body = JSON.stringify({ runIds: ['x'] });
    return (await fetch('/api/v1/runs/retry', { method: 'POST', headers, body })).status;
  });
  assert.equal(status, 403);
}
