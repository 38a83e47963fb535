import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Language } from '@tenkai/console/i18n/language.ts';
import type { BrowserContext, Page } from 'playwright-core';
import { assertSound } from '../../console/axe.ts';
import { noBrowser, startBrowser } from '../../console/browser.ts';
import { setUp, signIn, startConsoleSite } from '../../console/console-site.ts';
import { apiOf, type ConsoleSite, type Filled, fillSite, startMachines } from '../../console/filled-site.ts';
import { type Settled, watchRequests } from '../../console/settled.ts';
import { watchPage } from '../../console/watch-page.ts';

const looks = [
  { language: 'en', colorScheme: 'light', size: { width: 1280, height: 800 } },
  { language: 'ja', colorScheme: 'dark', size: { width: 1024, height: 768 } },
  { language: 'ja', colorScheme: 'light', size: { width: 400, height: 800 } },
] as const;

describe('BCON-13, BCON-21: every page', { skip: noBrowser }, () => {
  it('has a heading, fits the window, keeps to WCAG AA and complains of nothing', {
    concurrency: looks.length,
  }, async (t) => {
    const site = await startConsoleSite(t);
    const browser = await startBrowser(t, { language: 'en', ca: site.ca });
    const page = await browser.newPage();
    await setUp(page, site, 'en');
    const api = await apiOf(browser, site);
    await startMachines(t, api, site, ['alder']);
    const filled = await fillSite(api);
    const lookIn = (look: Look) => {
      const title = `${look.language}, ${look.colorScheme}, ${look.size.width} × ${look.size.height}`;
      return t.test(title, (inner) => lookAtAll(inner, site, filled, look));
    };
    // Beside each other: while one window waits for the site, another is examined.
    await Promise.all(looks.map(lookIn));
  });
});

type Look = (typeof looks)[number];

async function lookAtAll(t: TestContext, site: ConsoleSite, filled: Filled, look: Look): Promise<void> {
  const browser = await startBrowser(t, { ...look, ca: site.ca });
  const page = await browser.newPage();
  const watch = watchPage(page);
  const settled = watchRequests(page);
  await lookAt(page, settled, `${site.url}/sign-in`);
  await signIn(page, site.url, look.language);
  for (const path of pathsOf(filled)) {
    await t.test(path, () => lookAt(page, settled, site.url + path));
  }
  await lookAtDialogs(t, browser, site, look.language);
  watch.assertQuiet();
}

async function lookAt(page: Page, settled: Settled, url: string): Promise<void> {
  await page.goto(url);
  const heading = page.getByRole('heading', { level: 1 });
  await heading.waitFor();
  assert.notEqual((await heading.textContent())?.trim(), '');
  await settled();
  assert.equal(await page.locator('[aria-busy="true"], [role="alert"]').count(), 0, 'something is missing');
  await assertSound(page);
}

function pathsOf(filled: Filled): string[] {
  const machine = `/machines/${filled.machineId}`;
  const collection = `/collections/${filled.collectionId}`;
  const deployment = `/deployments/${filled.deploymentId}`;
  return [
    '/',
    '/machines',
    '/machines?search=nothing-has-this-name',
    '/machines/pushes',
    '/machines/pushes/new',
    machine,
    ...['software', 'updates', 'runs', 'timeline', 'collections'].map((tab) => `${machine}?tab=${tab}`),
    '/collections',
    '/collections/new',
    ...['members', 'rules', 'windows'].map((tab) => `${collection}?tab=${tab}`),
    `${collection}?tab=explain&machine=${filled.machineId}`,
    '/packages',
    '/packages/new',
    `/packages/${filled.packageId}`,
    `/packages/${filled.packageId}/edit`,
    '/scenarios',
    '/scenarios/new',
    `/scenarios/${filled.scenarioId}`,
    '/deployments',
    `/deployments/new?scenario=${filled.scenarioId}&collection=${filled.collectionId}`,
    deployment,
    ...['settings', 'timeline'].map((tab) => `${deployment}?tab=${tab}`),
    `/runs/${filled.runId}`,
    '/updates',
    `/updates/${filled.packageId}`,
    '/status',
    '/audit',
    '/users',
    '/enrollment',
    '/multicast',
    '/boundaries',
    '/distribution-points',
    '/repositories',
    '/systems',
    '/systems/windows-xp-x86',
    '/settings',
    '/account',
  ];
}

/** What lies over a page: the palette, the help, and a question before an act. */
async function lookAtDialogs(
  t: TestContext,
  browser: BrowserContext,
  site: ConsoleSite,
  language: Language,
): Promise<void> {
  const page = await browser.newPage();
  await t.test(`palette and help, in ${language}`, async () => {
    await page.goto(`${site.url}/machines`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').waitFor();
    await assertSound(page);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await assertSound(page);
  });
}
