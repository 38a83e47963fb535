import type { SiteSettings } from '@tenkai/protocol/api/site.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import './failures.ts';
import { addSiteRoutes } from './sites.routes.ts';
import { loadSettings, loadSite } from './sites.store.ts';
import { ensureSite } from './sites.ts';

/** What other features may ask about the site. */
export interface Sites {
  /** Three characters; never changes. */
  readonly code: string;
  /** The latest name, from memory. */
  name(): string;
  /** The latest settings, from memory. */
  settings(): SiteSettings;
}

export async function registerSites(kernel: Kernel, { siteCode }: { siteCode: string }): Promise<Sites> {
  const site = await ensureSite(kernel, siteCode);
  let { name } = site;
  let settings = await loadSettings(kernel.db.read);
  kernel.events.watch('sites.changed', async () => {
    settings = await loadSettings(kernel.db.read);
    name = (await loadSite(kernel.db.read))?.name ?? name;
  });
  kernel.live.expose('sites.changed', { permission: 'view', message: () => ({ topic: 'site' }) });
  addSiteRoutes(kernel);
  return { code: site.code, name: () => name, settings: () => settings };
}
