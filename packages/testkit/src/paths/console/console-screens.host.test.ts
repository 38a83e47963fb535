/** Screens of the console by requirement: one site and one browser serve them all. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { getSiteSettings } from '@tenkai/protocol/api/site.ts';
import { createUser } from '@tenkai/protocol/api/users.ts';
import { noBrowser, startBrowser } from '../../console/browser.ts';
import { setUp, signIn, startConsoleSite, textsOf } from '../../console/console-site.ts';
import { apiOf, fillSite, startMachines } from '../../console/filled-site.ts';
import { takeFromPalette, typeInPalette } from '../../console/palette.ts';
import { watchPage } from '../../console/watch-page.ts';
import { type Act, type Scene, texts } from './console-screens-for-test.ts';
import { clearErrors, machineProperties, reviewTarget } from './machine-screens-for-test.ts';
import {
  choosePackage,
  deliveryFields,
  scenarioByKeyboard,
  secondBrowser,
  versionInSight,
} from './scenario-screens-for-test.ts';

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
