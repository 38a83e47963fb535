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
  let known = { name: site.name, settings: await loadSettings(kernel.db.read) };
  const reload = async () => {
    const settings = await loadSettings(kernel.db.read);
    known = { settings, name: (await loadSite(kernel.db.read))?.name ?? known.name };
  };
  // One after the other: what was read earlier never replaces what was read later.
  let last: Promise<void> = Promise.resolve();
  const refresh = () => {
    last = last.then(reload, reload);
    return last;
  };
  kernel.events.watch('sites.changed', refresh);
  kernel.live.expose('sites.changed', { permission: 'view', message: () => ({ topic: 'site' }) });
  addSiteRoutes(kernel, refresh);
  return { code: site.code, name: () => known.name, settings: () => known.settings };
}
