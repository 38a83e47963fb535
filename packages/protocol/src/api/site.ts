import type { Static } from 'typebox';
import * as Type from 'typebox';
import { defineRoute } from './route.ts';

/** What any signed-in user may know of the site. */
export const SiteView = Type.Object({
  /** Three characters, capitals and digits. */
  code: Type.String(),
  name: Type.String(),
  version: Type.String(),
  /** SHA-256 over the root's SubjectPublicKeyInfo, hex: the trusted root key of the agents. */
  rootFingerprint: Type.String(),
  /** PEM. */
  rootCertificate: Type.String(),
  databaseEngine: Type.Union([Type.Literal('sqlite'), Type.Literal('postgres')]),
  createdAt: Type.Integer(),
});
export type SiteView = Static<typeof SiteView>;

/** 224.0.0.x, which is for the protocols of routers, is refused with the range as a whole. */
const multicastAddress = '^(22[4-9]|23[0-9])([.][0-9]{1,3}){3}$';

/** An origin and nothing else; IPv6 addresses in brackets. */
const agentAddress = '^https://([A-Za-z0-9.-]+|\\[[0-9A-Fa-f:]+\\])(:[0-9]{1,5})?$';

/** Settings of the site as a whole; every one has a default, so a new site works at once. */
export const SiteSettings = Type.Object({
  /** 同時実行可能台数: machines that may execute at the same time over all deployments (BSRV-14, BSRV-16). */
  concurrency: Type.Integer({ minimum: 1, maximum: 100_000 }),
  /** Time between two reports of an idle agent. */
  heartbeatMs: Type.Integer({ minimum: 10_000, maximum: 86_400_000 }),
  /** Each agent adds a random part of this, so that they do not all come at once. */
  heartbeatJitterMs: Type.Integer({ minimum: 0, maximum: 86_400_000 }),
  /** A machine without a report for longer than this counts as silent (STAT-15). */
  silentAfterMs: Type.Integer({ minimum: 60_000, maximum: 7_776_000_000 }),
  /** How long a command waits for a machine that is not there, before it is given up (BAGT-11). */
  holdCommandsMs: Type.Integer({ minimum: 60_000, maximum: 86_400_000 }),
  /** Runs that a machine keeps for its next start; more wait on the server until it was restarted (BSCN-22, 23). */
  nextStartLimit: Type.Integer({ minimum: 1, maximum: 1000 }),
  /** UDP port of wake packets (BPWR-06); 9 is the usual one, 7 and others occur. */
  wakePort: Type.Integer({ minimum: 1, maximum: 65_535 }),
  /** False: everything goes by unicast. */
  multicast: Type.Boolean(),
  /** IPv4 address of the site's own card by which it sends; null: where the system's routes lead. */
  multicastInterface: Type.Union([Type.String({ pattern: '^[0-9]{1,3}([.][0-9]{1,3}){3}$' }), Type.Null()]),
  /** Addresses for sessions; the usual ones do not leave the organisation (RFC 2365). */
  multicastFirst: Type.String({ pattern: multicastAddress }),
  multicastLast: Type.String({ pattern: multicastAddress }),
  /** Each session has two UDP ports: the group's, and the next one, to which machines report (BSRV-12). */
  multicastFirstPort: Type.Integer({ minimum: 1024, maximum: 63_000 }),
  multicastSessions: Type.Integer({ minimum: 1, maximum: 1000 }),
  /** Of each session; null: as fast as the line and the machines take it (DIST-34). */
  multicastBytesPerSecond: Type.Union([Type.Integer({ minimum: 10_000 }), Type.Null()]),
  /** How many routers datagrams may cross: 1 is the own network alone. */
  multicastTtl: Type.Integer({ minimum: 1, maximum: 32 }),
  /**
   * Where agents find the site from now on, `https://name:port`, told before or after it moves: an agent goes there
   * once this site answers there (BAGT-25). Null: where they found it so far.
   */
  agentAddress: Type.Union([Type.String({ pattern: agentAddress, maxLength: 300 }), Type.Null()]),
  /** Properties that every push gives to the agent, `NAME=VALUE` in one line (AGENT-16). */
  pushProperties: Type.String({ maxLength: 8192 }),
});
export type SiteSettings = Static<typeof SiteSettings>;

export const getSite = defineRoute({
  method: 'GET',
  path: '/api/v1/site',
  permission: 'self',
  summary: 'Code, name, version and trusted root key of this site.',
  reply: SiteView,
});

export const renameSite = defineRoute({
  method: 'PUT',
  path: '/api/v1/site',
  permission: 'manage-site',
  summary: 'Give the site another name; its code stays.',
  body: Type.Object({ name: Type.String({ minLength: 1, maxLength: 100 }) }),
  reply: SiteView,
});

export const getSiteSettings = defineRoute({
  method: 'GET',
  path: '/api/v1/site/settings',
  permission: 'view',
  summary: 'Settings of the site.',
  reply: SiteSettings,
});

export const changeSiteSettings = defineRoute({
  method: 'PATCH',
  path: '/api/v1/site/settings',
  permission: 'manage-site',
  summary: 'Change some settings of the site; the others stay.',
  body: Type.Partial(SiteSettings),
  reply: SiteSettings,
});

/** Signed by the site's signing key over `agentPatchProof(patch)`; the certificates lead to the pinned root. */
export const SignedAgentPatch = Type.Object({
  /** ECDSA P-256 with SHA-256, IEEE P1363 form, base64. */
  signature: Type.String(),
  /** PEM. */
  certificate: Type.String(),
  /** PEM. */
  rootCertificate: Type.String(),
});
export type SignedAgentPatch = Static<typeof SignedAgentPatch>;

export const signAgentPatch = defineRoute({
  method: 'POST',
  path: '/api/v1/site/agent-patches',
  permission: 'manage-site',
  summary: 'Sign a patch of the agent, so that the machines of this site take it.',
  body: Type.Object({
    /** The text of an agent patch, as JSON. */
    patch: Type.String({ minLength: 2, maxLength: 256 * 1024 }),
  }),
  reply: SignedAgentPatch,
});
