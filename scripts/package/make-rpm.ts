import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { type LinuxPackage, type ListedFile, listFiles, withTree } from './tree.ts';

const run = promisify(execFile);

const buildTimeoutMs = 10 * 60_000;
const architectures = { amd64: 'x86_64', arm64: 'aarch64' } as const;
/** What Node's own builds are linked with, in the words of libraries: every distribution names its packages otherwise. */
const nodeRequires = [
  'libc.so.6(GLIBC_2.28)(64bit)',
  'libstdc++.so.6(CXXABI_1.3.11)(64bit)',
  'libgcc_s.so.1()(64bit)',
];

/**
 * Builds the package with rpmbuild, of which nothing is taken but the format: no search for requirements, no strip, no
 * links of build ids, and the time of the sources instead of now. The same sources make the same bytes.
 * @returns its path in `outDir`
 */
export function makeRpm(rpm: LinuxPackage, outDir: string): Promise<string> {
  return withTree(rpm, async (tree) => {
    const work = await mkdtemp(join(tmpdir(), 'tenkai-rpm-'));
    try {
      const spec = join(work, `${rpm.name}.spec`);
      await writeFile(spec, specOf(rpm, tree, await listFiles(tree)));
      const target = `${architectures[rpm.architecture]}-linux`;
      const args = ['-bb', '--quiet', '--target', target, ...definitions(work), spec];
      const env = { ...process.env, SOURCE_DATE_EPOCH: String(rpm.epoch), LC_ALL: 'C.UTF-8', TZ: 'UTC' };
      await run('rpmbuild', args, { timeout: buildTimeoutMs, env });
      await mkdir(outDir, { recursive: true });
      const made = join(work, 'out', rpmName(rpm));
      const out = join(outDir, basename(made));
      // Another file system, maybe: the copy of a rename.
      await rename(made, out).catch(() => run('mv', [made, out]));
      return out;
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  });
}

export function rpmName({ name, version, architecture }: LinuxPackage): string {
  return `${name}-${version}-1.${architectures[architecture]}.rpm`;
}

/** Of rpm's macros; what distributions set for their own builds is taken back. */
function definitions(work: string): string[] {
  const macros: Readonly<Record<string, string>> = {
    _topdir: work,
    _rpmdir: join(work, 'out'),
    _rpmfilename: '%%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm',
    _buildhost: 'tenkai.invalid',
    _build_id_links: 'none',
    _enable_debug_packages: '0',
    debug_package: '%{nil}',
    __os_install_post: '%{nil}',
    use_source_date_epoch_as_buildtime: '1',
    clamp_mtime_to_source_date_epoch: '1',
    // gzip: the oldest rpm in use reads it; MD5 would be its oldest digest, SHA-256 has been read for ten years.
    _binary_payload: 'w6.gzdio',
    _binary_filedigest_algorithm: '8',
  };
  return Object.entries(macros).flatMap(([name, value]) => ['--define', `${name} ${value}`]);
}

function specOf(rpm: LinuxPackage, tree: string, files: readonly ListedFile[]): string {
  const { beforeInstall, afterInstall, beforeRemoval, afterRemoval } = rpm.scripts.rpm;
  const scripts = {
    pre: beforeInstall,
    post: afterInstall,
    preun: beforeRemoval,
    postun: afterRemoval,
    posttrans: removeHalves(files),
  };
  return [
    `Name: ${rpm.name}`,
    `Version: ${rpm.version}`,
    'Release: 1',
    `Summary: ${rpm.synopsis}`,
    'License: Apache-2.0',
    'Vendor: Tenkai maintainers',
    'Packager: Tenkai maintainers <maintainers@tenkai.invalid>',
    'Group: System Environment/Daemons',
    'AutoReqProv: no',
    ...[...nodeRequires, ...rpm.depends.rpm].map((one) => `Requires: ${one}`),
    ...rpm.recommends.rpm.map((one) => `Recommends: ${one}`),
    '',
    '%description',
    ...rpm.description,
    '',
    '%install',
    `cp -a '${tree}/.' %{buildroot}/`,
    ...Object.entries(scripts).flatMap(([name, text]) =>
      text === '' ? [] : ['', `%${name}`, escaped(text)],
    ),
    '',
    '%files',
    ...ownFiles(rpm, files),
    '',
  ].join('\n');
}

/** An rpm that was killed leaves what it had begun to write beside each file, as `NAME;TIME` in eight hex digits. */
function removeHalves(files: readonly ListedFile[]): string {
  const outside = files.filter(({ path, isFile }) => isFile && !ownFolder.test(path));
  const folders = files.flatMap(
    ({ path }) => /^usr\/(lib|share\/doc)\/tenkai-[^/]+(?=\/)/.exec(path)?.[0] ?? [],
  );
  const within = [...new Set(folders)].map((folder) => `'/${folder}'`).join(' ');
  return [
    `rm -f ${outside.map(({ path }) => `'/${path};'????????`).join(' ')}`,
    `find ${within} -type f -name '*;????????' -delete 2>/dev/null || :`,
  ].join('\n');
}

/** The shell's `%` is no macro of rpm. */
const escaped = (text: string) => text.replaceAll('%', '%%');

/** Folders that belong to the system stay out: two packages must not both own /usr/bin. */
const ownFolder = /^usr\/(lib\/tenkai-|share\/doc\/tenkai-)/;

function ownFiles({ conffiles }: LinuxPackage, files: readonly ListedFile[]): string[] {
  return files.flatMap(({ path, isFile, mode }) => {
    if (!isFile) return ownFolder.test(`${path}/`) ? [`%dir %attr(0755, root, root) "/${path}"`] : [];
    const kind = conffiles.includes(`/${path}`) ? '%config(noreplace) ' : documentKind(path);
    return [`${kind}%attr(0${mode.toString(8)}, root, root) "/${path}"`];
  });
}

function documentKind(path: string): string {
  if (!path.startsWith('usr/share/doc/')) return '';
  return path.endsWith('/copyright') ? '%license ' : '%doc ';
}
