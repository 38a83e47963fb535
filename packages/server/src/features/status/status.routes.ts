import * as api from '@tenkai/protocol/api/status.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { listAuditRecords, listComponents, listMessages } from './status.views.ts';

const dayMs = 86_400_000;

export function addStatusRoutes({ http, db, clock, audit }: Kernel, siteCode: string) {
  http.route(api.listStatusMessages, ({ query, caller }) =>
    listMessages(db.read, { query, caller, siteCode }),
  );
  http.route(api.listComponents, async ({ query, caller }) => ({
    items: await listComponents(db.read, { from: query.from ?? clock.now() - dayMs, caller }),
  }));
  http.route(api.listAudit, ({ query }) => listAuditRecords(db.read, query));
  http.route(api.verifyAuditLog, () => audit.verify());
}
