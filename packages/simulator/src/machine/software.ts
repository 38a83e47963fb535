import type { InstalledSoftware, OperatingSystem } from '@tenkai/domain';
import { draw, pick } from '../draws.ts';

type Versions = readonly string[];
type Source = InstalledSoftware['source'];

/** What lies on such systems; the older versions stand for machines that missed an update. */
const dpkg: Readonly<Record<string, Versions>> = {
  apt: ['2.6.1', '2.7.14'],
  bash: ['5.2.15-2', '5.2.21-2'],
  'ca-certificates': ['20230311', '20240203'],
  coreutils: ['9.1-1', '9.4-3'],
  curl: ['7.88.1-10', '7.88.1-10+deb12u8', '8.5.0-2'],
  dpkg: ['1.21.22', '1.22.6'],
  e2fsprogs: ['1.47.0-2'],
  'firefox-esr': ['115.14.0esr-1', '128.3.1esr-1'],
  git: ['2.39.2-1.1', '2.39.5-0+deb12u1', '2.43.0-1'],
  'grub-efi-amd64': ['2.06-13', '2.12-1'],
  gzip: ['1.12-1'],
  libc6: ['2.36-9', '2.36-9+deb12u8', '2.39-0'],
  'libreoffice-core': ['4:7.4.7-1', '4:24.2.5-0'],
  libssl3: ['3.0.11-1', '3.0.14-1', '3.0.15-1'],
  'linux-image-amd64': ['6.1.94-1', '6.1.106-3', '6.1.112-1'],
  nano: ['7.2-1'],
  'openssh-client': ['1:9.2p1-2', '1:9.2p1-2+deb12u3', '1:9.6p1-3'],
  'openssh-server': ['1:9.2p1-2', '1:9.2p1-2+deb12u3'],
  openssl: ['3.0.11-1', '3.0.14-1', '3.0.15-1'],
  'perl-base': ['5.36.0-7', '5.38.2-3'],
  python3: ['3.11.2-1', '3.12.3-0'],
  sudo: ['1.9.13p3-1', '1.9.15p5-3'],
  systemd: ['252.26-1', '252.30-1', '255.4-1'],
  tar: ['1.34+dfsg-1'],
  thunderbird: ['1:115.14.0-1', '1:128.3.1esr-1'],
  tzdata: ['2024a-0', '2024b-0'],
  'util-linux': ['2.38.1-5', '2.39.3-9'],
  'vim-tiny': ['2:9.0.1378-2', '2:9.1.0016-1'],
  wget: ['1.21.3-1', '1.21.4-1'],
  'xz-utils': ['5.4.1-0.2', '5.6.1+really5.4.5-1'],
  zlib1g: ['1:1.2.13', '1:1.3'],
};

const rpm: Readonly<Record<string, Versions>> = {
  bash: ['5.1.8-9.el9'],
  'ca-certificates': ['2023.2.60-90.el9', '2024.2.69-91.el9'],
  chrony: ['4.3-1.el9', '4.5-1.el9'],
  coreutils: ['8.32-34.el9'],
  curl: ['7.76.1-26.el9', '7.76.1-29.el9_4'],
  dnf: ['4.14.0-9.el9', '4.14.0-17.el9'],
  firewalld: ['1.2.5-2.el9', '1.3.4-1.el9'],
  glibc: ['2.34-83.el9', '2.34-100.el9_4'],
  'grub2-efi-x64': ['2.06-70.el9', '2.06-77.el9'],
  httpd: ['2.4.57-5.el9', '2.4.57-11.el9_4'],
  kernel: ['5.14.0-362.8.1.el9', '5.14.0-427.20.1.el9', '5.14.0-427.37.1.el9'],
  nginx: ['1.20.1-14.el9', '1.20.1-16.el9_4'],
  'openssh-server': ['8.7p1-34.el9', '8.7p1-38.el9_4'],
  openssl: ['3.0.7-24.el9', '3.0.7-28.el9_4'],
  'postgresql-server': ['13.13-1.el9', '13.16-1.el9_4'],
  python3: ['3.9.18-1.el9', '3.9.18-3.el9_4'],
  rpm: ['4.16.1.3-25.el9', '4.16.1.3-29.el9'],
  sudo: ['1.9.5p2-9.el9', '1.9.5p2-10.el9_3'],
  systemd: ['252-18.el9', '252-32.el9_4'],
  tzdata: ['2023c-1.el9', '2024a-1.el9'],
};

const msi: Readonly<Record<string, Versions>> = {
  '7-Zip (x64)': ['22.01', '23.01', '24.08'],
  'Adobe Acrobat (64-bit)': ['23.006.20380', '24.003.20112'],
  'Google Chrome': ['127.0.6533.120', '128.0.6613.138', '129.0.6668.90'],
  'Microsoft 365 Apps for enterprise': ['16.0.17628.20206', '16.0.17928.20216'],
  'Microsoft Edge': ['127.0.2651.105', '128.0.2739.79', '129.0.2792.79'],
  'Microsoft OneDrive': ['24.151.0728', '24.180.0905'],
  'Microsoft Teams': ['24193.1805', '24231.512'],
  'Microsoft Visual C++ 2015-2022 Redistributable (x64)': ['14.38.33130', '14.40.33810'],
  'Mozilla Firefox (x64)': ['115.14.0', '128.2.0', '130.0.1'],
  'Notepad++ (64-bit x64)': ['8.6.9', '8.7'],
  'Zoom Workplace (64-bit)': ['6.1.11', '6.2.0'],
};

const lists: Readonly<Record<'dpkg' | 'rpm' | 'msi', Readonly<Record<string, Versions>>>> = {
  dpkg,
  rpm,
  msi,
};

/** Which package manager such a system has. */
export function sourceOf({ family, id }: Pick<OperatingSystem, 'family' | 'id'>): 'dpkg' | 'rpm' | 'msi' {
  if (family === 'windows') return 'msi';
  return id === 'debian' || id === 'ubuntu' ? 'dpkg' : 'rpm';
}

/** Machines of one process share the entries: their texts are worked out once for all (`softwareEntryTexts`). */
const shared = new Map<string, InstalledSoftware>();

export function softwareEntry(source: Source, name: string, version: string): InstalledSoftware {
  const key = `${source}\n${name}\n${version}`;
  const entry = shared.get(key) ?? { source, name, version };
  shared.set(key, entry);
  return entry;
}

/** What is on a machine before anything was deployed to it; nine of ten are up to date. */
export function baseSoftware(
  seed: number,
  index: number,
  source: 'dpkg' | 'rpm' | 'msi',
): InstalledSoftware[] {
  const isCurrent = draw(seed, index, 'is-current') < 0.9;
  return Object.entries(lists[source]).flatMap(([name, versions]) => {
    if (draw(seed, index, 'has', name) < 0.1) return [];
    const version = isCurrent ? versions.at(-1) : pick(versions, draw(seed, index, 'version', name));
    return version === undefined ? [] : [softwareEntry(source, name, version)];
  });
}
