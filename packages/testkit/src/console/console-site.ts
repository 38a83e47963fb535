import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { texts as en } from '@tenkai/console/i18n/en/index.ts';
import { texts as ja } from '@tenkai/console/i18n/ja/index.ts';
import type { Language } from '@tenkai/console/i18n/language.ts';
import type { Localized } from '@tenkai/console/i18n/localized.ts';
import type { Page } from 'playwright-core';
import { type ReadySite, startSiteProcess } from '../site-process.ts';

const repository = join(import.meta.dirname, '../../../..');
const built = join(repository, 'packages/console/dist');

/** What the console says in a language: tests find its controls by these, as people do. */
export type ConsoleTexts = Localized<typeof en>;
export const textsOf: Record<Language, ConsoleTexts> = { en, ja };

/** The real server with the real, built console. */
export async function startConsoleSite(
  t: TestContext,
  env: Record<string, string> = {},
): Promise<ReadySite & { readonly url: string }> {
  if (!existsSync(join(built, 'index.html'))) await buildConsole();
  const site = await startSiteProcess(t, { TENKAI_CONSOLE: built, ...env });
  return { ...site, url: `https://localhost:${site.port}` };
}

async function buildConsole(): Promise<void> {
  const child = spawn(process.execPath, [join(repository, 'scripts/build-console.ts')], {
    stdio: 'inherit',
  });
  const [status] = await once(child, 'exit');
  if (status !== 0) throw new Error(`the console could not be built (status ${status})`);
}

export const administrator = { name: 'admin', password: 'correct horse battery' } as const;

/** Opens the one-time link that the server printed and makes the first administrator, as its reader would. */
export async function setUp(
  page: Page,
  site: ReadySite & { url: string },
  language: Language,
): Promise<void> {
  const t = textsOf[language];
  const link = new URL(site.setupLink ?? '');
  await page.goto(`${site.url}${link.pathname}${link.hash}`);
  await page.getByLabel(t.session.name).fill(administrator.name);
  await page.getByLabel(t.session.password, { exact: true }).fill(administrator.password);
  await page.getByLabel(t.session.passwordAgain).fill(administrator.password);
  await page.getByRole('button', { name: t.session.setupAct }).click();
  await page.getByRole('heading', { level: 1, name: t.nav.overview }).waitFor();
}

export async function signIn(page: Page, url: string, language: Language): Promise<void> {
  const t = textsOf[language];
  await page.goto(`${url}/sign-in`);
  await page.getByLabel(t.session.name).fill(administrator.name);
  await page.getByLabel(t.session.password, { exact: true }).fill(administrator.password);
  await page.getByRole('button', { name: t.session.signIn }).click();
  await page.getByRole('heading', { level: 1, name: t.nav.overview }).waitFor();
}
