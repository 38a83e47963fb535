import type { ScenarioDraft } from '../scenario/scenario.ts';
import { newPackageDraft, newProgram } from '../software/new-draft.ts';
import type { PlatformTarget } from '../software/platform-target.ts';
import type { PackageDraft, SoftwarePackage } from '../software/software-package.ts';

/** The scenario that every site has (BAGT-08), under the name that the old product gave it. */
export const agentScenarioName = 'System_AgentUpgrade_Multicast';
/** The site's own agent packages: this one, and others with `_rpm` and `_ARCHITECTURE` at their end. */
export const agentPackageId = 'System_AgentUpgrade';
export const agentPackageName = 'tenkai-agent';
export const defaultAgentDeadlineMinutes = 10;

/** Package managers whose packages of the agent can be taken back by themselves. */
export type AgentPackageKind = 'deb' | 'rpm';

/** Whether a package is one of those that the site makes for its agents; they follow the server's version. */
export function isOwnAgentPackage(packageId: string): boolean {
  return packageId === agentPackageId || packageId.startsWith(`${agentPackageId}_`);
}

interface KnownArchitecture {
  readonly id: string;
  readonly kind: AgentPackageKind;
  readonly architecture: PlatformTarget['architecture'];
}

/** By the names that Debian and rpm have for the architectures that agents are made for. */
const architectures: Readonly<Record<string, KnownArchitecture>> = {
  'amd64.deb': { id: agentPackageId, kind: 'deb', architecture: 'x64' },
  'arm64.deb': { id: `${agentPackageId}_arm64`, kind: 'deb', architecture: 'arm64' },
  'x86_64.rpm': { id: `${agentPackageId}_rpm`, kind: 'rpm', architecture: 'x64' },
  'aarch64.rpm': { id: `${agentPackageId}_rpm_arm64`, kind: 'rpm', architecture: 'arm64' },
};

/** What the name of an agent's package file says; undefined: it is none that the site brings by itself. */
export function readAgentFileName(name: string) {
  const deb = /^tenkai-agent_([^_]+)_([a-z0-9]+\.deb)$/.exec(name);
  const rpm = /^tenkai-agent-([^-]+)-1\.([a-z0-9_]+\.rpm)$/.exec(name);
  const [, version, suffix = ''] = deb ?? rpm ?? [];
  const known = architectures[suffix];
  return version !== undefined && known ? { version, ...known } : undefined;
}

/**
 * The program of a package that upgrades agents: both versions get their time, and the packages of a slow machine theirs.
 * @param folder the folder in the content that holds `upgrade.sh`
 */
export function agentUpgradeProgram(folder: string, version: string, deadlineMinutes: number) {
  const program = newProgram({
    executable: `${folder}/upgrade.sh`,
    parameters: `${version} ${deadlineMinutes * 60}`,
  });
  const maxRunTimeMinutes = 2 * deadlineMinutes + 20;
  return { ...program, options: { ...program.options, maxRunTimeMinutes } };
}

/** The lists of software in which inventories have the agent. */
export const agentPackageSource = { deb: 'dpkg', rpm: 'rpm' } as const satisfies Record<
  AgentPackageKind,
  string
>;

/** The package by which a site brings its agents to its own version, as soon as they are on (BAGT-06). */
export function ownAgentDraft({
  id,
  kind,
  version,
  architecture,
}: KnownArchitecture & { readonly version: string }): PackageDraft {
  const source = agentPackageSource[kind];
  return newPackageDraft({
    id,
    name: `Tenkai agent (${architecture}${kind === 'rpm' ? ', rpm' : ''})`,
    publisher: 'Tenkai',
    version,
    type: 'agent',
    urgency: 'highest',
    summary: 'Brings agents to the version of this site. エージェントをサイトのバージョンに更新します。',
    targets: [{ operatingSystem: 'linux', language: 'any', architecture }],
    // An agent that this package manager did not install cannot be put back by it either.
    condition: { kind: 'package-installed', source, name: agentPackageName },
    detection: [
      {
        kind: 'package',
        source,
        name: agentPackageName,
        operator: '>=',
        // As inventories have it: rpm's with the release.
        version: kind === 'rpm' ? `${version}-1` : version,
      },
    ],
    programs: [agentUpgradeProgram(id, version, defaultAgentDeadlineMinutes)],
  });
}

/** BAGT-08: by hand, on machines in error, by multicast. Each machine takes the step that suits it. */
export function agentScenario(packageIds: readonly string[]): ScenarioDraft {
  return {
    name: agentScenarioName,
    description:
      'Brings agents to the version of this site, by multicast. エージェントをマルチキャストでサイトのバージョンに更新します。',
    variables: [],
    steps: (packageIds.length > 0 ? packageIds : [agentPackageId]).map((packageId) => ({
      kind: 'install-package',
      id: packageId,
      name: packageId,
      packageId,
      program: null,
    })),
    options: {
      restartAfter: false,
      powerOffAtEnd: false,
      restartAtStart: false,
      deliveryMethod: 'multicast',
    },
  };
}

/** Whether failures of it are tried again for ever: a machine whose agent stays old is never given up (BAGT-07). */
export function isTriedForEver({ type }: Pick<SoftwarePackage, 'type'>): boolean {
  return type === 'agent';
}

const firstRetryMs = 5 * 60_000;
const longestRetryMs = 12 * 3_600_000;

/** How long an agent's upgrade rests after so many failed attempts: 5 minutes, then twice as long, up to 12 hours. */
export function agentRetryMs(attempts: number): number {
  return Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(20, Math.max(0, attempts - 1)));
}
