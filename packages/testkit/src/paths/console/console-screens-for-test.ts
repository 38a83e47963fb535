/** What each act on a screen of the console is given. */
import type { TestContext } from 'node:test';
import type { Client } from '@tenkai/protocol/client.ts';
import type { BrowserContext, Page } from 'playwright-core';
import { textsOf } from '../../console/console-site.ts';
import type { ConsoleSite } from '../../console/filled-site.ts';

/** Of the language that the browser asks for. */
export const texts = textsOf.ja;

/** A site with machines, and a browser in which its administrator has signed in. */
export interface Scene {
  readonly site: ConsoleSite;
  readonly browser: BrowserContext;
  readonly page: Page;
  readonly api: Client;
}

/** Shows that one requirement holds. */
export type Act = (scene: Scene, t: TestContext) => Promise<void>;
