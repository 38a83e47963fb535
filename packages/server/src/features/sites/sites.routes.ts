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

export function addSiteRoutes(kernel: Kernel) {
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
    return view();
  });
  http.route(signAgentPatch, ({ caller, body }) => useCases.signAgentPatch(kernel, caller, body.patch));
  http.route(getSiteSettings, () => loadSettings(db.read));
  http.route(changeSiteSettings, ({ caller, body }) => useCases.changeSettings(kernel, caller, body));
}
