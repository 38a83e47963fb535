/** What is in the two packages, and where it lies on a machine. */
import type { BindingFile } from './bindings.ts';
import type { Documents } from './documents.ts';
import { agentScripts, serverScripts } from './install-scripts.ts';
import type { Architecture, LinuxPackage, PackageFile } from './tree.ts';
import {
  agentDefaults,
  agentUnit,
  firewallCheckTimer,
  firewallCheckUnit,
  serverDefaults,
  serverUnit,
} from './units.ts';

export interface Release {
  readonly version: string;
  readonly architecture: Architecture;
  /** Node's program. */
  readonly node: string;
  readonly documents: Documents;
  /** What the programs load of the system's libraries with. */
  readonly bindings: readonly BindingFile[];
  /** As in `LinuxPackage`. */
  readonly epoch: number;
}

/** Units go through it (Debian Policy 9.3.6). */
const unitHelpers = 'init-system-helpers (>= 1.54)';

export interface ServerParts {
  readonly server: string;
  readonly cli: string;
  readonly simulator: string;
  readonly consoleDir: string;
  /** Packages of the agent in this version, by their file names: the site upgrades its agents with them. */
  readonly agents: Readonly<Record<string, string>>;
}

export function serverPackage(
  release: Release,
  { server, cli, simulator, consoleDir, agents }: ServerParts,
): LinuxPackage {
  const lib = '/usr/lib/tenkai-server';
  return {
    name: 'tenkai-server',
    version: release.version,
    architecture: release.architecture,
    epoch: release.epoch,
    depends: {
      deb: [unitHelpers, 'iputils-ping | inetutils-ping', 'passwd'],
      rpm: ['iputils', '/usr/sbin/useradd'],
    },
    // Agents are pushed by the system's own ssh.
    recommends: { deb: ['systemd', 'openssh-client'], rpm: ['systemd', 'openssh-clients'] },
    synopsis: 'Tenkai site server, console and command line',
    description: [
      'A site deploys software to machines and verifies it on each of them.',
      'Packages, scenarios, collections, deployments, inventory and audit log,',
      'with a console in English and Japanese. Brings its own Node; with the',
      'embedded database it needs no other server.',
    ],
    files: {
      ...common('tenkai-server', release),
      [`${lib}/tenkai-server.mjs`]: { copyOf: server },
      [`${lib}/tenkai.mjs`]: { copyOf: cli },
      [`${lib}/tenkai-simulator.mjs`]: { copyOf: simulator },
      [`${lib}/console`]: { copyOf: consoleDir },
      ...Object.fromEntries(
        Object.entries(agents).map(([name, path]) => [`${lib}/agents/${name}`, { copyOf: path }]),
      ),
      '/usr/bin/tenkai': launcher(lib, 'tenkai.mjs'),
      '/usr/lib/systemd/system/tenkai-server.service': { text: serverUnit },
      '/usr/lib/systemd/system/tenkai-firewall-check.service': { text: firewallCheckUnit },
      '/usr/lib/systemd/system/tenkai-firewall-check.timer': { text: firewallCheckTimer },
      '/etc/default/tenkai-server': { text: serverDefaults },
    },
    conffiles: ['/etc/default/tenkai-server'],
    scripts: serverScripts,
  };
}

export interface AgentParts {
  readonly agent: string;
  readonly engine: string;
}

export function agentPackage(release: Release, { agent, engine }: AgentParts): LinuxPackage {
  const lib = '/usr/lib/tenkai-agent';
  return {
    name: 'tenkai-agent',
    version: release.version,
    architecture: release.architecture,
    epoch: release.epoch,
    depends: { deb: [unitHelpers], rpm: [] },
    recommends: { deb: ['systemd'], rpm: ['systemd'] },
    synopsis: 'Tenkai agent: inventory and deployments of this machine',
    description: [
      'Carries out what the site of this machine has signed, and reports what',
      'came of it. Until it is assigned to a site it does nothing and speaks',
      'with nobody. Brings its own Node.',
    ],
    files: {
      ...common('tenkai-agent', release),
      [`${lib}/tenkai-agent.mjs`]: { copyOf: agent },
      [`${lib}/engine.mjs`]: { copyOf: engine },
      '/usr/bin/tenkai-agent': launcher(lib, 'tenkai-agent.mjs'),
      '/usr/lib/systemd/system/tenkai-agent.service': { text: agentUnit },
      '/etc/default/tenkai-agent': { text: agentDefaults },
    },
    conffiles: ['/etc/default/tenkai-agent'],
    scripts: agentScripts,
  };
}

function common(
  name: 'tenkai-server' | 'tenkai-agent',
  { node, documents, bindings }: Release,
): Record<string, PackageFile> {
  const doc = `/usr/share/doc/${name}`;
  return {
    [`/usr/lib/${name}/node`]: { copyOf: node, mode: 0o755 },
    ...Object.fromEntries(
      bindings.map(({ path, source }) => [`/usr/lib/${name}/${path}`, { copyOf: source }]),
    ),
    [`${doc}/README.md`]: { text: documents.readme[name] },
    [`${doc}/copyright`]: { text: documents.copyright[name] },
    [`${doc}/CHANGELOG.md.gz`]: { text: documents.changelog },
  };
}

function launcher(lib: string, file: string): PackageFile {
  return {
    text: `#!/bin/sh\nexec ${lib}/node --disable-warning=ExperimentalWarning ${lib}/${file} "$@"\n`,
    mode: 0o755,
  };
}
