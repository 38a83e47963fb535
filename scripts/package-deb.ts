/**
 * `npm run package:deb`: tenkai-server and tenkai-agent as Debian packages in dist/, each with its own Node and a
 * systemd unit. `-- agent` or `-- server` builds one of them; `-- --version 1.2.3` names another version.
 */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle, copyConsole } from './deb/bundles.ts';
import { agentScripts, serverScripts } from './deb/maintainer-scripts.ts';
import { type Deb, type DebFile, makeDeb } from './deb/make-deb.ts';
import { agentUnit, serverDefaults, serverUnit } from './deb/units.ts';

const root = resolve(import.meta.dirname, '..');
const { values, positionals } = parseArgs({
  options: { version: { type: 'string' }, out: { type: 'string', default: join(root, 'dist') } },
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
const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
const node = join(
  dirname(createRequire(import.meta.url).resolve(`node-linux-${process.arch}/package.json`)),
  'bin/node',
);
const work = await mkdtemp(join(tmpdir(), 'tenkai-package-'));
try {
  for (const name of wanted) {
    const out = await makeDeb(
      name === 'server' ? await serverPackage() : await agentPackage(),
      resolve(values.out),
    );
    console.log(`${out}  ${((await stat(out)).size / 1024 / 1024).toFixed(1)} MiB`);
  }
} finally {
  await rm(work, { recursive: true, force: true });
}

async function serverPackage(): Promise<Deb> {
  await copyConsole(join(work, 'console'));
  const lib = '/usr/lib/tenkai-server';
  return {
    name: 'tenkai-server',
    version,
    architecture,
    depends: ['libc6', 'iputils-ping | ping', 'passwd'],
    description: 'Tenkai site server, console and command line',
    files: {
      ...common('tenkai-server', lib),
      [`${lib}/tenkai-server.mjs`]: { copyOf: await bundle('server', work) },
      [`${lib}/tenkai.mjs`]: { copyOf: await bundle('cli', work) },
      [`${lib}/console`]: { copyOf: join(work, 'console') },
      '/usr/bin/tenkai': launcher(lib, 'tenkai.mjs'),
      '/usr/lib/systemd/system/tenkai-server.service': { text: serverUnit },
      '/etc/default/tenkai-server': { text: serverDefaults },
    },
    conffiles: ['/etc/default/tenkai-server'],
    scripts: serverScripts,
  };
}

async function agentPackage(): Promise<Deb> {
  const lib = '/usr/lib/tenkai-agent';
  return {
    name: 'tenkai-agent',
    version,
    architecture,
    depends: ['libc6'],
    description: 'Tenkai agent: inventory, deployments and updates of this machine',
    files: {
      ...common('tenkai-agent', lib),
      [`${lib}/tenkai-agent.mjs`]: { copyOf: await bundle('agent', work) },
      [`${lib}/engine.mjs`]: { copyOf: await bundle('engine', work) },
      '/usr/bin/tenkai-agent': launcher(lib, 'tenkai-agent.mjs'),
      '/usr/lib/systemd/system/tenkai-agent.service': { text: agentUnit },
    },
    conffiles: [],
    scripts: agentScripts,
  };
}

function common(name: string, lib: string): Record<string, DebFile> {
  return {
    [`${lib}/node`]: { copyOf: node, mode: 0o755 },
    [`/usr/share/doc/${name}/README`]: { copyOf: join(root, 'README.md') },
    [`/usr/share/doc/${name}/copyright`]: { copyOf: join(root, 'LICENSE') },
  };
}

function launcher(lib: string, file: string): DebFile {
  return {
    text: `#!/bin/sh\nexec ${lib}/node --disable-warning=ExperimentalWarning ${lib}/${file} "$@"\n`,
    mode: 0o755,
  };
}
