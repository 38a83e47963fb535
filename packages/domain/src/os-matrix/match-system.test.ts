/** Which row a machine is of, by what it tells of itself. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KnownSystem, matchSystem } from './match-system.ts';
import { windowsSystem } from './windows-system.ts';

/** As the systems write them: os-release's ID and VERSION_ID, and the key CurrentVersion of Windows. */
const linuxSystems: readonly (readonly [id: string, version: string, name: string, key: string | null])[] = [
  ['debian', '12', 'Debian GNU/Linux 12 (bookworm)', 'debian-12-x64'],
  ['debian', '', 'Debian GNU/Linux forky/sid', null],
  ['ubuntu', '24.04', 'Ubuntu 24.04.1 LTS', 'ubuntu-24.04-x64'],
  ['ubuntu', '23.10', 'Ubuntu 23.10', null],
  ['rhel', '9.4', 'Red Hat Enterprise Linux 9.4 (Plow)', 'rhel-9-x64'],
  ['rocky', '8.10', 'Rocky Linux 8.10 (Green Obsidian)', 'rocky-8-x64'],
  ['almalinux', '10.0', 'AlmaLinux 10.0 (Purple Lion)', 'almalinux-10-x64'],
  ['sles', '15.6', 'SUSE Linux Enterprise Server 15 SP6', 'sles-15.6-x64'],
  ['opensuse-leap', '15.6', 'openSUSE Leap 15.6', 'opensuse-leap-15.6-x64'],
  ['arch', '', 'Arch Linux', null],
];

const windowsSystems: readonly (readonly [productName: string, build: string, csd: string, found: string])[] =
  [
    ['Windows 10 Pro', '19045', '', 'windows-10 | Pro | 0'],
    ['Windows 10 Pro', '22631', '', 'windows-11 | Pro | 0'],
    ['Windows 10 Enterprise', '26100', '', 'windows-11 | Enterprise | 0'],
    ['Windows Server 2022 Standard', '20348', '', 'windows-server-2022 | Standard | 0'],
    ['Windows Server 2016 Datacenter', '14393', '', 'windows-server-2016 | Datacenter | 0'],
    ['Windows Server 2012 R2 Standard', '9600', '', 'windows-server-2012-r2 | Standard | 0'],
    ['Windows 8.1 Pro', '9600', '', 'windows-8.1 | Pro | 0'],
    ['Windows 7 Professional', '7601', 'Service Pack 1', 'windows-7 | Professional | 1'],
    ['Windows Server (R) 2008 Standard', '6002', 'Service Pack 2', 'windows-server-2008 | Standard | 2'],
    ['Windows Vista (TM) Business', '6000', '', 'windows-vista | Business | 0'],
    ['Microsoft Windows Server 2003 R2', '3790', 'Service Pack 1', 'windows-server-2003-r2 | - | 1'],
    ['Microsoft Windows XP', '2600', 'Service Pack 3', 'windows-xp | - | 3'],
    ['Microsoft Windows 2000', '2195', 'Service Pack 4', 'windows-2000 | - | 4'],
    ['Windows Embedded Standard', '7601', 'Service Pack 1', 'windows | - | 1'],
    ['ReactOS', '2600', '', 'windows | - | 0'],
  ];

test('BOSM-01: real os-release values find their row; an unlisted system is accepted with a warning', () => {
  for (const [id, version, name, key] of linuxSystems) {
    const found = matchSystem({ family: 'linux', id, version, name, architecture: 'x64' });
    assert.equal(found.row?.key ?? null, key, name);
    assert.deepEqual(
      found.warnings.map(({ code }) => code),
      key === null ? ['system-unlisted'] : [],
    );
  }
});

test('BCON-11, BOSM-09, BOSM-18: Windows is told by name, build and CSDVersion; R2 and Windows 11 are not lost', () => {
  for (const [productName, currentBuild, csdVersion, expected] of windowsSystems) {
    const { id, edition, servicePack } = windowsSystem({ productName, currentBuild, csdVersion });
    assert.equal(`${id} | ${edition ?? '-'} | ${servicePack?.major ?? 0}`, expected, productName);
  }
});

test('BOSM-18: the value CSDVersion decides the level of Server 2008, empty or Service Pack 1', () => {
  const at = (csdVersion: string) =>
    matchSystem({
      ...windowsSystem({ productName: 'Windows Server 2008 Standard', currentBuild: '6001', csdVersion }),
      family: 'windows',
      version: '6.0.6001',
      architecture: 'x64',
    } as KnownSystem);
  const isHeld = (csd: string) =>
    at(csd).notes.some(({ reason }) => reason.code === 'system-note-level-chain');
  assert.deepEqual([isHeld(''), isHeld('Service Pack 1')], [true, false]);
  assert.deepEqual(at('Service Pack 1').warnings, []);
  assert.deepEqual(at('Service Pack 3').warnings, [
    { code: 'system-level-unlisted', params: { system: 'Windows Server 2008', level: 3 } },
  ]);
});

test('a Windows whose id is not listed is found by its name and build; a foreign edition is told', () => {
  const system = { family: 'windows', architecture: 'x64', version: '10.0.22631' } as const;
  const found = matchSystem({ ...system, id: 'windows', name: 'Windows 10 Pro' });
  assert.deepEqual([found.row?.key, found.warnings], ['windows-11-x64', []]);
  const home = matchSystem({ ...system, id: 'windows-11', name: 'Windows 11', edition: 'Home' });
  assert.deepEqual(home.warnings[0]?.code, 'system-edition-unlisted');
  const server = { ...system, id: 'windows-server-2022', name: 'Windows Server 2022' };
  assert.deepEqual(matchSystem({ ...server, edition: 'ServerStandard' }).warnings, []);
});
