import { distributionPointRoutes } from '@tenkai/protocol';
import { until } from '../rig/until.ts';
import type { ReachedSite } from './reach-site.ts';

/** A folder of the server's machine that takes every content, for a web server that agents ask last. */
export async function addDistributionPoint(
  site: ReachedSite,
  { folder, baseUrl }: { folder: string; baseUrl: string },
): Promise<void> {
  const place = { baseUrl, folder, hasFileView: false };
  const body = { name: 'web server', ...place, isEnabled: true, takesAll: true, preference: 1000 };
  await site.api(distributionPointRoutes.create, { body });
}

/** Waits until everything lies there that belongs there, and that is something. */
export async function untilPublished(site: ReachedSite): Promise<void> {
  await until('the content lies in the distribution point', async () => {
    const { items } = await site.api(distributionPointRoutes.list, {});
    return items.some((point) => !point.isBuiltIn && point.publishedCount > 0 && point.pendingCount === 0);
  });
}
