import type { Architecture } from '../machine/inventory.ts';
import type {
  OperatingSystemEntry,
  OperatingSystemList,
  OperatingSystemSupport,
} from './operating-system-list.ts';

type Needs = NonNullable<OperatingSystemEntry['servicePackNeeds']>;
type Levels = readonly number[];

/** Linux: a row for each version and architecture. */
function linux(
  id: string,
  name: string,
  versions: string[],
  architectures: Architecture[],
  support: OperatingSystemSupport = 'agent',
): OperatingSystemEntry[] {
  return versions.flatMap((version) =>
    architectures.map((architecture) => ({
      id,
      family: 'linux' as const,
      name: `${name} ${version}`,
      version,
      architecture,
      editions: [],
      servicePacks: [0],
      support,
    })),
  );
}

function windows(
  name: string,
  architecture: Architecture,
  editions: string,
  servicePacks: Levels,
  support: OperatingSystemSupport,
  servicePackNeeds?: Needs,
): OperatingSystemEntry {
  return {
    id: name.toLowerCase().replaceAll(' ', '-'),
    family: 'windows',
    name,
    version: '',
    architecture,
    editions: editions.split(', '),
    servicePacks: [...servicePacks],
    ...(servicePackNeeds ? { servicePackNeeds } : {}),
    support,
  };
}

const server2003x64 = 'Standard x64, Enterprise x64, Datacenter x64';
const needsFirst: Needs = [{ level: 2, oneOf: [1] }];
const clientEditions = 'Pro, Pro for Workstations, Enterprise, Education';

/**
 * The supported operating systems. The first fifteen Windows rows are the old product's table with its gaps as
 * they are (BOSM-03); no agent runs on them, their packages and simulated machines remain.
 */
export const operatingSystems: OperatingSystemList = {
  dataVersion: '2026.2',
  systems: [
    windows('Windows 2000', 'x86', 'Server, Advanced Server, Professional', [0, 1, 2, 3, 4], 'simulated'),
    windows('Windows Server 2003', 'x86', 'Standard Edition, Enterprise Edition', [0, 1, 2], 'simulated'),
    windows('Windows Server 2003 R2', 'x86', 'Standard Edition, Enterprise Edition', [0, 2], 'simulated'),
    windows('Windows Server 2008', 'x86', 'Standard, Enterprise', [0, 1, 2], 'simulated', needsFirst),
    windows('Windows XP', 'x86', 'Professional', [0, 1, 2, 3], 'simulated', [{ level: 3, oneOf: [1, 2] }]),
    windows('Windows Vista', 'x86', 'Business, Enterprise, Ultimate', [0, 1, 2], 'simulated', needsFirst),
    windows('Windows 7', 'x86', 'Professional, Ultimate, Enterprise', [0, 1], 'simulated'),
    windows('Windows 8', 'x86', 'Pro, Enterprise', [0], 'simulated'),
    windows('Windows Server 2003', 'x64', server2003x64, [0, 2], 'simulated'),
    windows('Windows Server 2003 R2', 'x64', server2003x64, [0, 2], 'simulated'),
    windows(
      'Windows Server 2008',
      'x64',
      'Standard, Enterprise, Datacenter',
      [0, 1, 2],
      'simulated',
      needsFirst,
    ),
    windows('Windows Server 2008 R2', 'x64', 'Standard, Enterprise, Datacenter', [0, 1], 'simulated'),
    windows('Windows Server 2012', 'x64', 'Standard, Datacenter', [0], 'simulated'),
    windows('Windows 7', 'x64', 'Professional, Ultimate, Enterprise', [0, 1], 'simulated'),
    windows('Windows 8', 'x64', 'Pro, Enterprise', [0], 'simulated'),
    windows('Windows 8.1', 'x86', 'Pro, Enterprise', [0], 'simulated'),
    windows('Windows 8.1', 'x64', 'Pro, Enterprise', [0], 'simulated'),
    windows('Windows Server 2012 R2', 'x64', 'Standard, Datacenter', [0], 'simulated'),
    windows('Windows 10', 'x86', clientEditions, [0], 'simulated'),
    windows('Windows 10', 'x64', clientEditions, [0], 'planned'),
    windows('Windows 10', 'arm64', clientEditions, [0], 'planned'),
    windows('Windows 11', 'x64', clientEditions, [0], 'planned'),
    windows('Windows 11', 'arm64', clientEditions, [0], 'planned'),
    windows('Windows Server 2016', 'x64', 'Standard, Datacenter', [0], 'planned'),
    windows('Windows Server 2019', 'x64', 'Standard, Datacenter', [0], 'planned'),
    windows('Windows Server 2022', 'x64', 'Standard, Datacenter', [0], 'planned'),
    windows('Windows Server 2025', 'x64', 'Standard, Datacenter', [0], 'planned'),
    ...linux('debian', 'Debian', ['11', '12', '13'], ['x64', 'arm64']),
    ...linux('ubuntu', 'Ubuntu', ['20.04', '22.04', '24.04'], ['x64', 'arm64']),
    ...linux('rhel', 'Red Hat Enterprise Linux', ['8', '9', '10'], ['x64', 'arm64']),
    ...linux('almalinux', 'AlmaLinux', ['8', '9', '10'], ['x64', 'arm64']),
    ...linux('rocky', 'Rocky Linux', ['8', '9', '10'], ['x64', 'arm64']),
    // Earlier service packs of 15 have glibc 2.26, for which Node.js 24 is not built.
    ...linux(
      'sles',
      'SUSE Linux Enterprise Server',
      ['15.5', '15.6', '15.7', '16'],
      ['x64', 'arm64'],
      'planned',
    ),
    ...linux('opensuse-leap', 'openSUSE Leap', ['15.6', '16'], ['x64', 'arm64'], 'planned'),
  ],
};
