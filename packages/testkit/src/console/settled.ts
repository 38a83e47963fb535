import type { Page, Request } from 'playwright-core';
import { until } from '../rig/until.ts';

/** Waits until a page has all that it asked for, and has drawn it. */
export type Settled = () => Promise<void>;

/** To be called before the page goes anywhere. */
export function watchRequests(page: Page): Settled {
  const open = new Set<Request>();
  page.on('request', (request) => {
    // The stream of the site's events never ends.
    if (request.resourceType() !== 'eventsource') open.add(request);
  });
  page.on('requestfinished', (request) => open.delete(request));
  page.on('requestfailed', (request) => open.delete(request));
  return async () => {
    await until('the page has what it asked for', async () => {
      if (open.size > 0) return false;
      await drawn(page);
      return open.size === 0;
    });
  };
}

/** Two frames: what an answer brought is on the screen, and what it made the page ask for is asked. */
async function drawn(page: Page): Promise<void> {
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
}
