import type { Profile } from './profile.ts';

const x64 = 'x64' as const;

const desktops: Profile['models'] = [
  { manufacturer: 'Dell Inc.', model: 'OptiPlex 7010', cores: 6, memoryGiB: 16, diskGB: 512, share: 4 },
  { manufacturer: 'LENOVO', model: 'ThinkCentre M70q', cores: 6, memoryGiB: 16, diskGB: 256, share: 3 },
  { manufacturer: 'NEC', model: 'Mate ML-H', cores: 4, memoryGiB: 8, diskGB: 256, share: 2 },
];
const notebooks: Profile['models'] = [
  { manufacturer: 'FUJITSU', model: 'LIFEBOOK U7413', cores: 8, memoryGiB: 16, diskGB: 512, share: 3 },
  { manufacturer: 'LENOVO', model: 'ThinkPad T14', cores: 8, memoryGiB: 32, diskGB: 512, share: 3 },
];

const office: Profile = {
  name: 'office',
  description: 'Desks and notebooks of an office: a tenth is off, installers take minutes, few fail.',
  systems: [
    { id: 'windows-11', version: '', architecture: x64, share: 55 },
    { id: 'windows-10', version: '', architecture: x64, share: 20 },
    { id: 'ubuntu', version: '24.04', architecture: x64, share: 15 },
    { id: 'debian', version: '12', architecture: x64, share: 8 },
    { id: 'debian', version: '13', architecture: 'arm64', share: 2 },
  ],
  languages: [
    { language: 'ja', share: 8 },
    { language: 'en', share: 2 },
  ],
  models: [...desktops, ...notebooks],
  machinesPerSubnet: 120,
  latencySeconds: [0.05, 2],
  deliveryMBPerSecond: [2, 60],
  stepSeconds: { install: [20, 240], program: [2, 60], script: [1, 20], copy: [1, 10] },
  failures: {
    exitCode: 0.015,
    exitCodes: [1, 1603, 100],
    notDetected: 0.004,
    timeLimit: 0.001,
    lasting: 0.5,
  },
  wantsRestart: 0.15,
  rebootSeconds: [35, 150],
  power: { offAtStart: 0.1, onMinutes: [240, 660], offMinutes: [30, 900] },
  network: { upMinutes: [120, 2000], awaySeconds: [2, 120] },
};

const classroom: Profile = {
  name: 'classroom',
  description: 'Rooms of equal machines on one subnet each, all on, nearly all well.',
  systems: [
    { id: 'windows-11', version: '', architecture: x64, share: 7 },
    { id: 'ubuntu', version: '24.04', architecture: x64, share: 3 },
  ],
  languages: [{ language: 'ja', share: 1 }],
  models: desktops.slice(0, 1),
  machinesPerSubnet: 31,
  latencySeconds: [0.02, 0.5],
  deliveryMBPerSecond: [10, 90],
  stepSeconds: { install: [15, 90], program: [1, 20], script: [1, 5], copy: [1, 5] },
  failures: { exitCode: 0.01, exitCodes: [1, 1603], notDetected: 0.003, timeLimit: 0, lasting: 0.5 },
  wantsRestart: 0.1,
  rebootSeconds: [30, 70],
  power: { offAtStart: 0, onMinutes: null, offMinutes: [10, 60] },
  network: { upMinutes: null, awaySeconds: [1, 5] },
};

const serverRoom: Profile = {
  name: 'server-room',
  description: 'Servers that never sleep: fast lines, long restarts, hardly a failure.',
  systems: [
    { id: 'debian', version: '12', architecture: x64, share: 35 },
    { id: 'rhel', version: '9', architecture: x64, share: 25 },
    { id: 'almalinux', version: '9', architecture: x64, share: 10 },
    { id: 'windows-server-2022', version: '', architecture: x64, share: 20 },
    { id: 'windows-server-2025', version: '', architecture: x64, share: 10 },
  ],
  languages: [
    { language: 'en', share: 7 },
    { language: 'ja', share: 3 },
  ],
  models: [
    { manufacturer: 'HPE', model: 'ProLiant DL360 Gen11', cores: 32, memoryGiB: 128, diskGB: 1920, share: 3 },
    { manufacturer: 'NEC', model: 'Express5800/R120k-1M', cores: 24, memoryGiB: 96, diskGB: 960, share: 2 },
    { manufacturer: 'QEMU', model: 'Standard PC (Q35 + ICH9)', cores: 4, memoryGiB: 8, diskGB: 64, share: 5 },
  ],
  machinesPerSubnet: 200,
  latencySeconds: [0.01, 0.1],
  deliveryMBPerSecond: [80, 400],
  stepSeconds: { install: [5, 60], program: [1, 30], script: [1, 10], copy: [1, 3] },
  failures: { exitCode: 0.003, exitCodes: [1, 100], notDetected: 0.001, timeLimit: 0.0005, lasting: 0.7 },
  wantsRestart: 0.05,
  rebootSeconds: [90, 400],
  power: { offAtStart: 0, onMinutes: null, offMinutes: [5, 30] },
  network: { upMinutes: null, awaySeconds: [1, 5] },
};

const flaky: Profile = {
  ...office,
  name: 'flaky',
  description:
    'Lines that break and are slow, installers that fail, machines that come, go and restart in the middle: what a design must stand.',
  latencySeconds: [0.5, 20],
  deliveryMBPerSecond: [0.2, 10],
  failures: {
    exitCode: 0.12,
    exitCodes: [1, 2, 1603, 1618],
    notDetected: 0.05,
    timeLimit: 0.02,
    lasting: 0.3,
  },
  wantsRestart: 0.4,
  crashes: 0.08,
  power: { offAtStart: 0.25, onMinutes: [5, 90], offMinutes: [2, 60] },
  network: { upMinutes: [1, 30], awaySeconds: [2, 300], lateSeconds: [0, 10] },
};

/** The profiles that come with Tenkai, by name. */
export const profiles: Readonly<Record<string, Profile>> = {
  office,
  classroom,
  'server-room': serverRoom,
  flaky,
};
