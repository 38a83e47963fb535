import type { TestContext } from 'node:test';
import type { Language } from '@tenkai/console/i18n/language.ts';
import type { Client } from '@tenkai/protocol/client.ts';
import type { BrowserContext, Page } from 'playwright-core';
import { startBrowser } from './browser.ts';
import { setUp, startConsoleSite } from './console-site.ts';
import { apiOf, type ConsoleSite } from './filled-site.ts';
import { watchPage } from './watch-page.ts';

export interface OpenConsole {
  readonly site: ConsoleSite;
  readonly browser: BrowserContext;
  /** Its complaints are gathered from its first request on. */
  readonly page: Page;
  readonly watch: ReturnType<typeof watchPage>;
  /** As the administrator who is signed in on the page. */
  readonly api: Client;
}

const pageLimitMs = 60_000;

/** A new site and a browser in which its first administrator has just signed in. */
export async function openConsole(t: TestContext, language: Language): Promise<OpenConsole> {
  const site = await startConsoleSite(t);
  const browser = await startBrowser(t, { language, ca: site.ca });
  const page = await browser.newPage();
  page.setDefaultTimeout(pageLimitMs);
  const watch = watchPage(page);
  await setUp(page, site, language);
  return { site, browser, page, watch, api: await apiOf(browser, site) };
}
