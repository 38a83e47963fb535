import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';

/** What a page complained about: errors of scripts, the content security policy, missing texts, failed requests. */
export interface PageWatch {
  readonly complaints: string[];
  /** @throws AssertionError that lists them */
  assertQuiet(): void;
}

export function watchPage(page: Page): PageWatch {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
  page.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
  });
  return { complaints, assertQuiet: () => assert.deepEqual(complaints, []) };
}
