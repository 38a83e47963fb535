import { copyFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { output } from '../../rig/command.ts';
import { makeScratchFolder } from '../../rig/rig-folder.ts';
import { buildRpm, sectionsOf } from '../../rig/rpm.ts';
import { cliEnvironment } from './cli-environment.ts';
import type { ReachedSite } from './reach-site.ts';

const main = join(import.meta.dirname, '../../../../cli/src/main.ts');

/** `tenkai agent package create`, as the administrator of this site runs it. */
export async function createAgentPackage(
  site: ReachedSite,
  deb: string,
  { id = 'tenkai-agent', deadlineMinutes }: { id?: string; deadlineMinutes: number },
): Promise<void> {
  const env = await cliEnvironment(site, await makeScratchFolder('agent-package'));
  const options = ['--id', id, '--deadline', String(deadlineMinutes)];
  await output([process.execPath, main, 'agent', 'package', 'create', deb, ...options], {
    env,
    timeoutMs: 120_000,
  });
}

/** The same package with an agent whose service ends as soon as it begins; what its installation asks of it, it does. */
export async function brokenAgentDeb(deb: string): Promise<string> {
  const tree = await mkdtemp(join(tmpdir(), 'tenkai-broken-agent-'));
  try {
    await output(['dpkg-deb', '--raw-extract', deb, tree], { timeoutMs: 120_000 });
    await breakService(tree);
    // Its checksums would tell; dpkg does not look at them when it installs.
    await rm(join(tree, 'DEBIAN/md5sums'), { force: true });
    const folder = await makeScratchFolder('broken-agent');
    await mkdir(folder, { recursive: true });
    const file = join(folder, basename(deb));
    await output(['dpkg-deb', '--root-owner-group', '-Zgzip', '-z1', '--build', tree, file], {
      timeoutMs: 120_000,
    });
    return file;
  } finally {
    await rm(tree, { recursive: true, force: true });
  }
}

/** The same of an .rpm. */
export async function brokenAgentRpm(rpm: string): Promise<string> {
  const folder = await makeScratchFolder('broken-agent');
  const [copy, tree] = [join(folder, 'agent.rpm'), join(folder, 'tree')];
  await copyFile(rpm, copy);
  await output(['rpm2archive', copy], { timeoutMs: 120_000 });
  await mkdir(tree);
  await output(['tar', '-C', tree, '-xzf', `${copy}.tgz`], { timeoutMs: 120_000 });
  await breakService(tree);
  const version = await output(['rpm', '-qp', '--nosignature', '--queryformat', '%{VERSION}', rpm]);
  return buildRpm({ name: 'tenkai-agent', version, sections: await sectionsOf(rpm, tree) });
}

/** Whatever else is asked of the program, it does. */
async function breakService(tree: string): Promise<void> {
  const bundle = join(tree, 'usr/lib/tenkai-agent/tenkai-agent.mjs');
  await rename(bundle, join(tree, 'usr/lib/tenkai-agent/whole.mjs'));
  const broken =
    "if (process.argv[2] === 'run') {\n  process.stderr.write('broken\\n');\n  process.exit(1);\n}\n";
  await writeFile(bundle, `${broken}await import('./whole.mjs');\n`);
}
