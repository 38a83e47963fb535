/** Real .rpm files, made by rpmbuild. */
import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { output } from './command.ts';
import type { DebianHost } from './debian-host.ts';
import { copyPrograms } from './host-programs.ts';
import { makeScratchFolder } from './rig-folder.ts';

/** Why no host of the tests can have rpm; false when it can. */
export const noRpm: string | false =
  ['/usr/bin/rpm', '/usr/bin/rpmdb', '/usr/bin/rpmbuild'].some((program) => !existsSync(program)) &&
  'rpm or rpmbuild is MISSING: run node scripts/install-test-tools.mjs as root';

/** What the agent's package requires of a system. */
const libraries = [
  'libc.so.6(GLIBC_2.28)(64bit)',
  'libstdc++.so.6(CXXABI_1.3.11)(64bit)',
  'libgcc_s.so.1()(64bit)',
  '/bin/sh',
];

/** Puts rpm into a host, with a database in which the host's libraries are a package: dpkg has installed them. */
export async function installRpm(host: DebianHost): Promise<void> {
  await copyPrograms(host, ['/usr/bin/rpm', '/usr/bin/rpmdb'], ['/usr/lib/rpm']);
  await host.copyIn(await systemRpm(), '/root/system.rpm');
  await host.ask('rpm --install --nodeps /root/system.rpm');
}

function systemRpm(): Promise<string> {
  const provides = libraries.map((library) => `Provides: ${library}`);
  return buildRpm({ name: 'rig-system', version: '1', tags: provides, sections: ['%files'] });
}

export interface RpmContent {
  readonly name: string;
  readonly version: string;
  /** Further lines of the spec's head. */
  readonly tags?: readonly string[];
  /** Lines of the spec from `%install` on. */
  readonly sections: readonly string[];
}

/** @returns the file, in a folder of its own. @throws Error with the words of rpmbuild */
export async function buildRpm({ name, version, tags = [], sections }: RpmContent): Promise<string> {
  const folder = await makeScratchFolder('rpm');
  const head = [
    `Name: ${name}`,
    `Version: ${version}`,
    'Release: 1',
    'Summary: Made by a test',
    'License: none',
  ];
  const lines = [...head, 'AutoReqProv: no', ...tags, '%description', 'Made by a test.', ...sections, ''];
  const spec = join(folder, 'made.spec');
  await writeFile(spec, lines.join('\n'));
  const macros = {
    _topdir: folder,
    _rpmdir: join(folder, 'out'),
    _rpmfilename: '%%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm',
    _build_id_links: 'none',
    debug_package: '%{nil}',
    __os_install_post: '%{nil}',
    _binary_payload: 'w1.gzdio',
  };
  const definitions = Object.entries(macros).flatMap(([macro, value]) => ['--define', `${macro} ${value}`]);
  await output(['rpmbuild', '-bb', '--quiet', ...definitions, spec], {
    env: process.env,
    timeoutMs: 300_000,
  });
  const [file = ''] = await readdir(join(folder, 'out'));
  return join(folder, 'out', file);
}

/** The spec's lines that make an .rpm again from its files in a folder, with its scripts. */
export async function sectionsOf(rpm: string, tree: string): Promise<string[]> {
  const ask = (format: string) => output(['rpm', '-qp', '--nosignature', '--queryformat', format, rpm]);
  const lines = [];
  for (const [section, tag] of [
    ['%pre', 'PREIN'],
    ['%post', 'POSTIN'],
    ['%preun', 'PREUN'],
    ['%postun', 'POSTUN'],
  ] as const) {
    const text = await ask(`%{${tag}}`);
    if (text !== '(none)') lines.push(section, text.replaceAll('%', '%%'));
  }
  const own = (await readdir(tree, { recursive: true, withFileTypes: true })).map((entry) => {
    const path = join(entry.parentPath, entry.name).slice(tree.length);
    if (entry.isDirectory()) return /\/tenkai-agent(\/|$)/.test(path) ? `%dir "${path}"` : '';
    return `${path.startsWith('/etc/') ? '%config(noreplace) ' : ''}"${path}"`;
  });
  const install = ['%install', `cp -a '${tree}/.' %{buildroot}/`];
  return [...install, ...lines, '%files', ...own.filter((line) => line !== '')];
}
