/**
 * `npm run package:deb`: tenkai-server and tenkai-agent as Debian packages in dist/, each with its own Node and a
 * systemd unit. `-- agent` or `-- server` builds one of them; `-- --version 1.2.3` names another version;
 * `--console-as-built` takes the console from packages/console/dist instead of building it anew.
 */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle, copyConsole } from './deb/bundles.ts';
import { readDocuments } from './deb/documents.ts';
import { type Deb, makeDeb } from './deb/make-deb.ts';
import { agentPackage, type Release, serverPackage } from './deb/packages.ts';

const root = resolve(import.meta.dirname, '..');
const { values, positionals } = parseArgs({
  options: {
    version: { type: 'string' },
    out: { type: 'string', default: join(root, 'dist') },
    'console-as-built': { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const wanted = positionals.length > 0 ? positionals : ['server', 'agent'];
const unknown = wanted.find((name) => name !== 'server' && name !== 'agent');
if (unknown !== undefined) {
  console.error(`There is no package ${unknown}; choose server or agent.`);
  process.exit(2);
}
const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
const version = values.version ?? manifest.version;
if (!/^\d[A-Za-z0-9.+~]*$/.test(version)) {
  console.error(`${version} is no version: it begins with a digit and has letters, digits and . + ~ only.`);
  process.exit(2);
}

const nodePackage = dirname(
  createRequire(import.meta.url).resolve(`node-linux-${process.arch}/package.json`),
);
const work = await mkdtemp(join(tmpdir(), 'tenkai-package-'));
try {
  const release: Release = {
    version,
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    node: join(nodePackage, 'bin/node'),
    documents: await readDocuments(nodePackage),
  };
  for (const name of wanted) {
    const deb = name === 'server' ? await makeServer(release) : await makeAgent(release);
    const out = await makeDeb(deb, resolve(values.out));
    console.log(`${out}  ${((await stat(out)).size / 1024 / 1024).toFixed(1)} MiB`);
  }
} finally {
  await rm(work, { recursive: true, force: true });
}

async function makeServer(release: Release): Promise<Deb> {
  const consoleDir = join(work, 'console');
  await copyConsole(consoleDir, { mayBeOld: values['console-as-built'] });
  const server = await bundle('server', work, version);
  const cli = await bundle('cli', work, version);
  return serverPackage(release, { server, cli, simulator: await bundle('simulator', work), consoleDir });
}

async function makeAgent(release: Release): Promise<Deb> {
  const agent = await bundle('agent', work, version);
  return agentPackage(release, { agent, engine: await bundle('engine', work, version) });
}
