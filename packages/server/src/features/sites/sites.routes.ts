import {
  changeSiteSettings,
  getSite,
  getSiteSettings,
  renameSite,
  type SiteView,
  signAgentPatch,
} from '@tenkai/protocol/api/site.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { serverVersion } from '../../kernel/version.ts';
import { loadSettings, loadSite, type SiteRow } from './sites.store.ts';
import * as useCases from './sites.ts';

/** @param refresh brings what others ask of the site in memory up to date: who changed it finds it changed at once */
export function addSiteRoutes(kernel: Kernel, refresh: () => Promise<void>) {
  // What was changed stays changed where this fails: the event brings it again.
  const upToDate = () =>
    refresh().catch((err: unknown) => kernel.log.warn({ err }, 'settings not read again'));
  const { http, db, keys } = kernel;
  const view = async (): Promise<SiteView> => {
    const site = (await loadSite(db.read)) as SiteRow;
    return {
      code: site.code,
      name: site.name,
      version: serverVersion,
      rootFingerprint: keys.rootFingerprint,
      rootCertificate: keys.rootCertificate,
      databaseEngine: db.engine,
      createdAt: site.created_at,
    };
  };

  http.route(getSite, view);
  http.route(renameSite, async ({ caller, body }) => {
    await useCases.renameSite(kernel, caller, body.name);
    await upToDate();
    return view();
  });
  http.route(signAgentPatch, ({ caller, body }) => useCases.signAgentPatch(kernel, caller, body.patch));
  http.route(getSiteSettings, () => loadSettings(db.read));
  http.route(changeSiteSettings, async ({ caller, body }) => {
    const settings = await useCases.changeSettings(kernel, caller, body);
    await upToDate();
    return settings;
  });
}
