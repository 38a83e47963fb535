import type { Static } from 'typebox';
import * as Type from 'typebox';
import { CertificatesFact } from './certificate-health.ts';

const text = (maxLength = 255) => Type.String({ maxLength });
const name = (maxLength = 255) => Type.String({ minLength: 1, maxLength });
const bytes = () => Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

/** What the processor can run; a machine may run a system of a smaller one. */
export const Architecture = Type.Union([Type.Literal('x64'), Type.Literal('x86'), Type.Literal('arm64')]);
export type Architecture = Static<typeof Architecture>;

export const Disk = Type.Object({
  name: name(),
  sizeBytes: bytes(),
  model: Type.Optional(text()),
});
export type Disk = Static<typeof Disk>;

/** Strings that the firmware does not give are empty. */
export const Hardware = Type.Object({
  manufacturer: text(),
  model: text(),
  serial: text(),
  uuid: text(64),
  cpu: Type.Object({
    model: text(),
    cores: Type.Integer({ minimum: 1, maximum: 65_536 }),
    architecture: Architecture,
  }),
  memoryBytes: bytes(),
  disks: Type.Array(Disk, { maxItems: 1024 }),
});
export type Hardware = Static<typeof Hardware>;

export const NetworkAddress = Type.Object({
  address: name(64),
  prefix: Type.Integer({ minimum: 0, maximum: 128 }),
  family: Type.Union([Type.Literal('ipv4'), Type.Literal('ipv6')]),
});
export type NetworkAddress = Static<typeof NetworkAddress>;

/** Loopback interfaces are not listed. `mac` is lower case with colons, empty where there is none. */
export const NetworkInterface = Type.Object({
  name: name(),
  mac: text(64),
  addresses: Type.Array(NetworkAddress, { maxItems: 256 }),
  isUp: Type.Boolean(),
});
export type NetworkInterface = Static<typeof NetworkInterface>;

export const Network = Type.Object({
  hostname: name(),
  domain: Type.Optional(name()),
  interfaces: Type.Array(NetworkInterface, { maxItems: 1024 }),
});
export type Network = Static<typeof Network>;

export const OperatingSystem = Type.Object({
  family: Type.Union([Type.Literal('linux'), Type.Literal('windows')]),
  /** An id of the operating-system list, such as `debian`, `windows-11`; others are allowed (BOSM-01). */
  id: name(64),
  name: name(),
  version: text(64),
  edition: Type.Optional(text(64)),
  /** From `CSDVersion` on Windows (BOSM-18); absent: none. */
  servicePack: Type.Optional(
    Type.Object({ major: Type.Integer({ minimum: 0 }), minor: Type.Integer({ minimum: 0 }) }),
  ),
  /** ISO 639-1, `en`, `ja`; with a region where the system names one, `zh-tw`. */
  language: Type.String({ minLength: 2, maxLength: 16 }),
  architecture: Architecture,
  kernel: text(),
  /** Another value means that the machine was restarted. */
  bootId: name(64),
  bootedAt: Type.String({ minLength: 1, maxLength: 40, description: 'ISO 8601 in UTC' }),
});
export type OperatingSystem = Static<typeof OperatingSystem>;

/** Which package manager holds it, which decides how versions are compared. */
export const SoftwareSource = Type.Union([
  Type.Literal('dpkg'),
  Type.Literal('rpm'),
  Type.Literal('msi'),
  Type.Literal('other'),
]);
export type SoftwareSource = Static<typeof SoftwareSource>;

export const InstalledSoftware = Type.Object({
  name: name(512),
  version: text(),
  source: SoftwareSource,
  publisher: Type.Optional(text()),
  architecture: Type.Optional(text(32)),
  installedAt: Type.Optional(text(40)),
});
export type InstalledSoftware = Static<typeof InstalledSoftware>;

/** One component of the agent, as the old control panel's tab showed it. */
export const AgentComponent = Type.Object({
  name: name(64),
  version: text(64),
  state: Type.Union([Type.Literal('enabled'), Type.Literal('disabled'), Type.Literal('installed')]),
  /** Why it is not enabled. */
  reason: Type.Optional(text()),
});
export type AgentComponent = Static<typeof AgentComponent>;

/** How the machine's own firewall stands towards its site (BFWL-03). */
export const FirewallFact = Type.Object({
  /** Firewalls that guard the machine: nftables, firewalld, ufw, windows; empty: none. */
  active: Type.Array(name(32), { maxItems: 16 }),
  /** Rules that the site needs and the firewall does not have, each with the way out. */
  missing: Type.Array(Type.Object({ rule: name(), firewall: name(32), where: text(), remedy: text(1024) }), {
    maxItems: 256,
  }),
});
export type FirewallFact = Static<typeof FirewallFact>;

/** Everything that an agent tells about its machine; sections are replaced or changed by differences. */
export const Inventory = Type.Object({
  hardware: Hardware,
  network: Network,
  operatingSystem: OperatingSystem,
  software: Type.Array(InstalledSoftware, { maxItems: 50_000 }),
  agent: Type.Object({
    version: name(64),
    /** True: a simulator speaks for the machine, which may then have a system on which no agent runs (BOSM-02). */
    isSimulated: Type.Optional(Type.Boolean()),
    components: Type.Optional(Type.Array(AgentComponent, { maxItems: 64 })),
    /** Absent: not looked at. */
    firewall: Type.Optional(FirewallFact),
    /** Absent: not looked at. */
    certificates: Type.Optional(CertificatesFact),
  }),
});
export type Inventory = Static<typeof Inventory>;
