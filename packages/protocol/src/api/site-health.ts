import { FirewallFact } from '@tenkai/domain/machine/inventory.ts';
import { type UncheckedCause, uncheckedCauses } from '@tenkai/domain/site-health/host-firewall.ts';
import type { Static } from 'typebox';
import * as Type from 'typebox';
import { Nullable } from './paging.ts';
import { defineRoute } from './route.ts';

const HostFirewallView = Type.Object({
  state: Type.Union([Type.Literal('open'), Type.Literal('closed'), Type.Literal('not-checked')]),
  /** Why it counts as not checked. */
  cause: Nullable(
    Type.Unsafe<UncheckedCause>(Type.Union(uncheckedCauses.map((cause) => Type.Literal(cause)))),
  ),
  /** Since when it is so, as far as the server knows; null: never checked. Epoch milliseconds, as the next. */
  since: Nullable(Type.Integer()),
  checkedAt: Nullable(Type.Integer()),
  /** What the last look found; also where it is too old to be believed. */
  ...FirewallFact.properties,
  /** For the command line of the server's host, as root. */
  repair: Type.String(),
});

const LostContactView = Type.Object({
  machines: Type.Integer(),
  of: Type.Integer(),
  /** None of them was heard since, epoch milliseconds. */
  since: Type.Integer(),
  /** True: the firewall of the server's host keeps them out. */
  isByFirewall: Type.Boolean(),
});

/** What a site's server can say of its own state, beyond being there. */
export const SiteHealth = Type.Object({
  firewall: HostFirewallView,
  /** Null: no machines lost contact together. */
  lostContact: Nullable(LostContactView),
});
export type SiteHealth = Static<typeof SiteHealth>;

export const getSiteHealth = defineRoute({
  method: 'GET',
  path: '/api/v1/site/health',
  permission: 'view',
  summary:
    "Whether the firewall of the server's host lets in what the site needs, and machines that lost contact together (BSRV-21).",
  reply: SiteHealth,
});
