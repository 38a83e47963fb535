/** What `npm run package:deb` and `npm run package:rpm` have in common: the command line, and what goes into a package. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readAgentFileName } from '@tenkai/domain';
import { bindingFiles } from './bindings.ts';
import { bundle, copyConsole } from './bundles.ts';
import { placeInstaller } from './client-folder.ts';
import { readDocuments } from './documents.ts';
import { inNode, isArchitecture, nodePackageFor, ownArchitecture } from './node-package.ts';
import { agentPackage, type Release, serverPackage } from './packages.ts';
import { writeSums } from './sums.ts';
import type { LinuxPackage } from './tree.ts';

const root = resolve(import.meta.dirname, '../..');

/**
 * Makes the packages that the command line names. It ends the process with status 2 for wrong use.
 * @param make gives the path of the package that it has made in a folder
 */
export async function makePackages(
  make: (wanted: LinuxPackage, outDir: string) => Promise<string>,
): Promise<void> {
  const { values, positionals } = parseArgs({
    options: {
      version: { type: 'string' },
      arch: { type: 'string', default: ownArchitecture },
      out: { type: 'string', default: join(root, 'dist') },
      'console-as-built': { type: 'boolean', default: false },
      agents: { type: 'string', default: '' },
    },
    allowPositionals: true,
  });
  const names = positionals.length > 0 ? positionals : ['server', 'agent'];
  const unknown = names.find((name) => name !== 'server' && name !== 'agent');
  if (unknown !== undefined) refuse(`There is no package ${unknown}; choose server or agent.`);
  const { arch } = values;
  if (!isArchitecture(arch)) return refuse(`There is no architecture ${arch}; choose amd64 or arm64.`);
  const version = values.version ?? (await ownVersion());
  if (!/^\d[A-Za-z0-9.+~]*$/.test(version))
    refuse(`${version} is no version: it begins with a digit and has letters, digits and . + ~ only.`);
  const work = await mkdtemp(join(tmpdir(), 'tenkai-package-'));
  try {
    const nodePackage = await nodePackageFor(arch);
    const release: Release = {
      version,
      architecture: arch,
      epoch: sourceEpoch(),
      node: join(nodePackage, 'bin/node'),
      documents: await readDocuments(nodePackage),
      bindings: await bindingFiles(`linux-${inNode[arch]}`),
    };
    const agents = values.agents ? await agentsIn(resolve(values.agents), version) : {};
    // The agent first: the server brings it to machines that have an older one.
    for (const name of names.toSorted()) {
      const mayBeOld = values['console-as-built'];
      const wanted =
        name === 'server'
          ? await theServer(release, { work, mayBeOld, agents })
          : await theAgent(release, work);
      const out = await make(wanted, resolve(values.out));
      await (name === 'agent' ? placeInstaller : writeSums)(resolve(values.out));
      if (name === 'agent') agents[basename(out)] = out;
      console.log(`${out}  ${((await stat(out)).size / 1024 / 1024).toFixed(1)} MiB`);
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function refuse(sentence: string): never {
  console.error(sentence);
  process.exit(2);
}

async function ownVersion(): Promise<string> {
  return (JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }).version;
}

/** As reproducible-builds.org has it: the environment's, else when these sources were committed. */
function sourceEpoch(): number {
  const given = process.env.SOURCE_DATE_EPOCH ?? '';
  if (/^\d+$/.test(given)) return Number(given);
  try {
    return Number(execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: root, stdio: 'pipe' }));
  } catch {
    // Sources without their history.
    return 1_700_000_000;
  }
}

/** Those packages in a folder that upgrade agents to this version. */
async function agentsIn(folder: string, version: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).filter((name) => readAgentFileName(name)?.version === version);
  if (names.length === 0)
    refuse(
      `There is no tenkai-agent_${version}_ARCHITECTURE.deb or tenkai-agent-${version}-1.ARCHITECTURE.rpm in ${folder}.`,
    );
  return Object.fromEntries(names.map((name) => [name, join(folder, name)]));
}

interface ServerOptions {
  readonly work: string;
  readonly mayBeOld: boolean;
  readonly agents: Readonly<Record<string, string>>;
}

async function theServer(release: Release, { work, mayBeOld, agents }: ServerOptions): Promise<LinuxPackage> {
  const { version } = release;
  const consoleDir = join(work, 'console');
  await copyConsole(consoleDir, { mayBeOld });
  const server = await bundle('server', work, version);
  const cli = await bundle('cli', work, version);
  return serverPackage(release, {
    server,
    cli,
    simulator: await bundle('simulator', work),
    consoleDir,
    agents,
  });
}

async function theAgent(release: Release, work: string): Promise<LinuxPackage> {
  const { version } = release;
  const agent = await bundle('agent', work, version);
  return agentPackage(release, { agent, engine: await bundle('engine', work, version) });
}
