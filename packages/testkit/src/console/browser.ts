import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Language } from '@tenkai/console/i18n/language.ts';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';
import { atEnd } from '../at-end.ts';
import { output } from '../rig/command.ts';
import { hasPassed } from './has-passed.ts';

const program = '/usr/bin/chromium';
const certutil = '/usr/bin/certutil';

/** Why no browser can be started here; false when one can. For `{ skip: noBrowser }`. */
export const noBrowser: string | false =
  !(existsSync(program) && existsSync(certutil)) && 'Chromium or certutil is MISSING';

export interface BrowserOptions {
  readonly language: Language;
  readonly colorScheme?: 'light' | 'dark';
  readonly size?: { readonly width: number; readonly height: number };
  /** PEM of the site's root: trusted as an administrator would trust it, so that certificates are really checked. */
  readonly ca: string;
}

const locales: Record<Language, string> = { en: 'en-GB', ja: 'ja-JP' };
const flags = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

interface Running {
  readonly chromium: Browser;
  readonly home: string;
  users: number;
}

/** One Chromium for each root of trust; the first who needs it starts it, and the last who leaves ends it. */
const running = new Map<string, Promise<Running>>();

/**
 * A window of a real Chromium, with cookies and storage of its own, in which the site's root certificate is trusted
 * and nothing else. Windows that trust the same root share the program.
 */
export async function startBrowser(t: TestContext, options: BrowserOptions): Promise<BrowserContext> {
  const browser = await enter(options.ca);
  const context = await browser.chromium.newContext({
    locale: locales[options.language],
    colorScheme: options.colorScheme ?? 'light',
    timezoneId: 'Asia/Tokyo',
    // Pages are looked at as they are at rest; that nothing moves then is a promise to the user as well.
    reducedMotion: 'reduce',
    viewport: options.size ?? { width: 1280, height: 800 },
  });
  atEnd(t, async () => {
    if (!hasPassed(t)) await keepPictures(t, context);
    await context.close();
    await leave(options.ca, browser);
  });
  return context;
}

async function enter(ca: string): Promise<Running> {
  const known = running.get(ca) ?? launch(ca);
  running.set(ca, known);
  const browser = await known;
  browser.users += 1;
  return browser;
}

async function leave(ca: string, browser: Running): Promise<void> {
  browser.users -= 1;
  if (browser.users > 0) return;
  running.delete(ca);
  await browser.chromium.close();
  await rm(browser.home, { recursive: true, force: true });
}

async function launch(ca: string): Promise<Running> {
  const home = await mkdtemp(join(tmpdir(), 'tenkai-browser-'));
  await trust(home, ca);
  const env = { PATH: process.env.PATH ?? '', HOME: home };
  return { chromium: await chromium.launch({ executablePath: program, args: flags, env }), home, users: 0 };
}

/** Chromium on Linux reads the certificate database of the user. */
async function trust(home: string, ca: string): Promise<void> {
  const database = join(home, '.pki/nssdb');
  const file = join(home, 'root.pem');
  await mkdir(database, { recursive: true });
  await writeFile(file, ca);
  await output([certutil, '-d', `sql:${database}`, '-N', '--empty-password']);
  await output([certutil, '-d', `sql:${database}`, '-A', '-t', 'C,,', '-n', 'site', '-i', file]);
}

/** What the pages showed when a test failed; the folder stays, and its name is in the report. */
async function keepPictures(t: TestContext, context: BrowserContext): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tenkai-failed-'));
  for (const [index, page] of context.pages().entries()) {
    await page.screenshot({ path: join(folder, `${index}.png`) }).catch(() => {});
  }
  t.diagnostic(`pictures of the browser are in ${folder}`);
}
