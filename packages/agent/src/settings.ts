import { Failure } from '@tenkai/domain/failure.ts';
import type { Static } from 'typebox';
import * as Type from 'typebox';
import { Errors } from 'typebox/value';
import type { DataFolder } from './data-folder.ts';
import { readIfThere, writeDurably } from './durable-file.ts';

const RoleUrl = Type.String({ pattern: '^https://[^/@]+$', maxLength: 300 });

/** `agent.json` in the data folder. No secrets: the ticket has a file of its own. */
export const Settings = Type.Object({
  /** `https://site:8443`; absent: not assigned to a site yet. */
  server: Type.Optional(Type.String({ pattern: '^https://[^/]+/?$' })),
  /** SHA-256 of the site's root key, hex: the trusted root key. */
  rootFingerprint: Type.Optional(Type.String({ pattern: '^[0-9a-fA-F]{64}$' })),
  /** File with a one-time enrollment ticket, 0600; removed once the site has taken it. */
  ticketFile: Type.Optional(Type.String({ minLength: 1 })),
  /** Name of the machine; absent: its host name. */
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
  /**
   * For demonstrations and tests: a folder that stands for the machine's file system, so that several agents on one
   * machine have a machine each. Detection, copied files and the package manager work below it; programs find it
   * in `TENKAI_ROOT`.
   */
  root: Type.Optional(Type.String({ pattern: '^/' })),
  /** Program and arguments; `restart` or `shut-down` is added. Absent: systemctl, where systemd runs. */
  powerCommand: Type.Optional(Type.Array(Type.String(), { minItems: 1, maxItems: 64 })),
  /** What is done about this machine's firewall; see docs/firewall.md. */
  firewall: Type.Optional(
    Type.Object({
      /** Absent: what `tenkai-agent firewall open` opened is kept open, else reported. */
      mode: Type.Optional(Type.Union([Type.Literal('keep'), Type.Literal('report'), Type.Literal('off')])),
      /** UDP ports of multicast, such as `56100-56227`; absent: those that the site tells. */
      multicast: Type.Optional(Type.String({ pattern: '^\\d{1,5}(-\\d{1,5})?$' })),
      /** From which the site asks whether the machine is there; absent: the addresses of `server`. */
      siteAddresses: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: 64 })),
      /** Zones of firewalld or profiles of Windows; absent: all. */
      profiles: Type.Optional(Type.Array(Type.String({ pattern: '^[\\w-]+$' }), { maxItems: 16 })),
    }),
  ),
  /** How this machine finds its site, and what it was told of it; see docs/assign.md. */
  assignment: Type.Optional(
    Type.Object({
      /** Absent: any site with the pinned root key. */
      siteCode: Type.Optional(Type.String({ pattern: '^[A-Z0-9]{3}$' })),
      managementPoint: Type.Optional(RoleUrl),
      locator: Type.Optional(RoleUrl),
      dnsSuffix: Type.Optional(Type.String({ minLength: 1, maxLength: 253 })),
      /** `ldaps://host[:port]/base`; `ldap://` begins TLS before anything is said. */
      directory: Type.Optional(Type.String({ pattern: '^ldaps?://[^/@]+/.+$', maxLength: 1024 })),
      directoryUser: Type.Optional(Type.String({ minLength: 1, maxLength: 1024 })),
      /** File with the secret of that user, 0600. */
      directorySecretFile: Type.Optional(Type.String({ maxLength: 1024 })),
      /** PEM file of the authorities of its certificate; absent: those that the system trusts. */
      directoryCaFile: Type.Optional(Type.String({ maxLength: 1024 })),
      /** `address` or `address:port`; absent: those of the system. */
      dnsServers: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { minItems: 1, maxItems: 8 })),
      /** Told why this machine cannot get in. */
      fallbackStatusPoint: Type.Optional(RoleUrl),
      /** A connection has to be away this long before that is told; absent: one minute. */
      fallbackAfterMs: Type.Optional(Type.Integer({ minimum: 0 })),
      /** Patches that were named at the installation. */
      patch: Type.Optional(Type.String({ maxLength: 1024 })),
      /** Nobody is asked (AGENT-04). */
      isHeld: Type.Optional(Type.Boolean()),
      /** Boundaries that the machine brings with it, such as in its image. */
      boundaries: Type.Optional(
        Type.Array(
          Type.Object({
            name: Type.String({ minLength: 1, maxLength: 200 }),
            range: Type.String({ minLength: 1, maxLength: 100 }),
            siteCode: Type.String({ pattern: '^[A-Z0-9]{3}$' }),
            managementPoint: RoleUrl,
            /** Of that site alone; absent: the machine's. */
            rootFingerprint: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$' })),
          }),
          { maxItems: 1000 },
        ),
      ),
      /** Which source has found `server`; absent: it was given by `enroll`. */
      foundBy: Type.Optional(Type.String({ maxLength: 32 })),
    }),
  ),
  contentCacheBytes: Type.Optional(Type.Integer({ minimum: 0 })),
  logLevel: Type.Optional(
    Type.Union(['debug', 'info', 'warn', 'error'].map((level) => Type.Literal(level as 'info'))),
  ),
});
export type Settings = Static<typeof Settings>;

/**
 * Reads the settings; a file that is not there means an agent that was not configured yet.
 * @throws Failure agent-settings-invalid, with every mistake in the detail
 */
export function readSettings(data: DataFolder): Settings {
  const text = readIfThere(data.settings);
  if (text === undefined) return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Failure('agent-settings-invalid', { file: data.settings }, { detail: 'not JSON', cause });
  }
  const mistakes = Errors(Settings, value).map((error) => `${error.instancePath || '/'}: ${error.message}`);
  if (mistakes.length > 0) {
    throw new Failure('agent-settings-invalid', { file: data.settings }, { detail: mistakes.join('; ') });
  }
  return value as Settings;
}

export function writeSettings(data: DataFolder, settings: Settings): void {
  writeDurably(data.settings, `${JSON.stringify(settings, null, 2)}\n`, 0o644);
}

/** @throws Failure agent-not-configured */
export function siteOf(settings: Settings): { server: string; rootFingerprint: string } {
  const { server, rootFingerprint } = settings;
  if (!server || !rootFingerprint) throw new Failure('agent-not-configured');
  return { server, rootFingerprint };
}
