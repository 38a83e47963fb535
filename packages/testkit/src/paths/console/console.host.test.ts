import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { atEnd } from '../../at-end.ts';
import { noBrowser, startBrowser } from '../../console/browser.ts';
import { startAgent, type TicketOnPage } from '../../console/console-agent.ts';
import { type ConsoleTexts, setUp, startConsoleSite, textsOf } from '../../console/console-site.ts';
import { watchPage } from '../../console/watch-page.ts';

/** A machine, its agent and its engine share two processors with a browser. */
const waitMs = 90_000;

describe('the main job in the console', { skip: noBrowser }, () => {
  for (const language of ['en', 'ja'] as const) {
    const title = `sign in, make a package of a chosen folder, deploy it, watch it verify, in ${language}`;
    it(`BSRV-01, BCON-21, BPKG-21: ${title}`, async (t) => {
      const site = await startConsoleSite(t);
      const browser = await startBrowser(t, { language, ca: site.ca });
      const page = await browser.newPage();
      page.setDefaultTimeout(30_000);
      const watch = watchPage(page);
      const texts = textsOf[language];

      await setUp(page, site, language);
      const agent = await startAgent(t, 'alder', { ...(await makeTicket(page, texts)), server: site.url });
      await seeMachine(page, texts, 'alder');

      await makePackage(t, page, texts);
      await deploy(page, texts);
      await seeVerified(page, texts);
      assert.equal(await readFile(join(agent.root, 'opt/hello/version'), 'utf8'), '1.2\n');
      await seeRun(page, texts);
      watch.assertQuiet();
    });
  }
});

async function makeTicket(page: Page, texts: ConsoleTexts): Promise<Omit<TicketOnPage, 'server'>> {
  await page.getByRole('link', { name: texts.nav.enrollment }).click();
  await page.getByRole('button', { name: texts.enrollment.newTicket }).click();
  await page.getByLabel(texts.common.name).fill('test');
  await page.getByRole('button', { name: texts.enrollment.makeTicket }).click();
  const secrets = page.locator('[data-secret]');
  await secrets.first().waitFor();
  const [secret, rootFingerprint] = await secrets.allTextContents();
  await page.getByRole('button', { name: texts.common.close }).click();
  return { secret: secret ?? '', rootFingerprint: rootFingerprint ?? '' };
}

/** The list hears of the machine without being loaded again (BCON-05's *at once*, here of machines). */
async function seeMachine(page: Page, texts: ConsoleTexts, name: string): Promise<void> {
  await page.getByRole('link', { name: texts.nav.machines, exact: true }).click();
  const row = page.getByRole('row', { name: new RegExp(name) });
  await row.getByText(texts.machines.power.on, { exact: true }).waitFor({ timeout: waitMs });
}

/** BPKG-21, BPKG-22, BPKG-23: a folder from this machine, and the script in it that installs. */
async function makePackage(t: TestContext, page: Page, texts: ConsoleTexts): Promise<void> {
  const folder = await makeFolder(t);
  const { fields, tabs, detection } = texts.packages;
  await page.getByRole('link', { name: texts.nav.packages, exact: true }).click();
  await page.getByRole('link', { name: texts.palette.newPackage }).click();
  const box = (name: string) => page.getByRole('textbox', { name, exact: true });
  await box(fields.id).fill('hello');
  await box(fields.name).fill('Hello');
  await box(fields.version).fill('1.2');
  await page.getByRole('tab', { name: tabs.execution }).click();
  await page.locator('input[webkitdirectory]').setInputFiles(folder);
  await page.getByText('payload', { exact: true }).waitFor();
  await page.getByRole('combobox', { name: fields.executable }).fill('payload/install.sh');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: detection.add }).click();
  await page.getByRole('menuitem', { name: detection.file, exact: true }).click();
  await box(detection.path).fill('/opt/hello/version');
  await page.getByRole('button', { name: texts.packages.create }).click();
  await page.getByRole('heading', { level: 1, name: /Hello 1\.2/ }).waitFor();
  await seeFiles(page, texts);
}

/** DIST-03: with the time stamps of their sources, and each can be opened. */
async function seeFiles(page: Page, texts: ConsoleTexts): Promise<void> {
  await page.locator('summary').first().click();
  const row = page.getByRole('row').filter({ hasText: 'payload/install.sh' });
  await row.getByText('2008', { exact: false }).waitFor();
  await page.getByRole('columnheader', { name: texts.packages.file.modified }).waitFor();
  const begun = page.waitForEvent('download');
  await row.getByRole('link').click();
  const download = await begun;
  assert.match(await readFile(await download.path(), 'utf8'), /^#!\/bin\/sh\nset -e/);
}

/** More than one chunk, so that parts are really parts. */
async function makeFolder(t: TestContext): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'tenkai-package-'));
  atEnd(t, () => rm(parent, { recursive: true, force: true }));
  const folder = join(parent, 'payload');
  await mkdir(join(folder, 'data'), { recursive: true });
  const script =
    '#!/bin/sh\nset -e\nmkdir -p "$TENKAI_ROOT/opt/hello"\necho 1.2 > "$TENKAI_ROOT/opt/hello/version"\n';
  await writeFile(join(folder, 'install.sh'), script);
  await chmod(join(folder, 'install.sh'), 0o755);
  await utimes(join(folder, 'install.sh'), new Date(), new Date('2008-04-14T12:00:00Z'));
  await writeFile(join(folder, 'data/large.bin'), Buffer.alloc(9 * 1024 * 1024, 7));
  return folder;
}

async function deploy(page: Page, texts: ConsoleTexts): Promise<void> {
  const { wizard } = texts.deployments;
  const next = () => page.getByRole('button', { name: texts.common.next, exact: true }).click();
  await page.getByRole('link', { name: texts.machines.acts.deploy }).click();
  await page.getByRole('combobox', { name: wizard.chooseCollection }).click();
  await page.getByRole('option').first().click();
  await next();
  await next();
  const foretold = page.getByRole('region', { name: texts.whatIf.title });
  assert.match((await foretold.locator('.tk-what-if-numbers').textContent()) ?? '', /^1/);
  await page.getByRole('button', { name: wizard.start }).click();
}

/** The page of the deployment is live: the row of the machine goes on by itself until it is verified. */
async function seeVerified(page: Page, texts: ConsoleTexts): Promise<void> {
  const row = page.getByRole('row', { name: /alder/ });
  await row.getByText(texts.runs.status.succeeded, { exact: true }).waitFor({ timeout: waitMs });
  await row.getByText('file /opt/hello/version').waitFor();
}

async function seeRun(page: Page, texts: ConsoleTexts): Promise<void> {
  await page.getByRole('row', { name: /alder/ }).press('Enter');
  await page.getByRole('region', { name: texts.runs.stepsTitle }).waitFor();
  await page.getByText(texts.runs.detected, { exact: true }).waitFor();
  await page.getByRole('link', { name: 'alder' }).click();
  await page.getByRole('tab', { name: texts.machines.tabs.timeline }).click();
  await page.getByText(texts.statusMessages['run-succeeded'], { exact: true }).first().waitFor();
}
