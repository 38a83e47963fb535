// The door of every npm script. Plain JavaScript that Node 20 runs: it makes node_modules agree with
// package-lock.json, then hands over to the Node that the lock file brings, which runs scripts/NAME.ts as it is.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const oldestOwnNode = 24;
const forwardedSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

await main(process.argv[2], process.argv.slice(3));

async function main(name, args) {
  const script = join(root, 'scripts', `${name}.ts`);
  if (!name || !existsSync(script))
    return refuse(`usage: node scripts/bootstrap.mjs NAME [arguments]\nNAME is one of: ${scriptNames()}`, 2);
  const isReady = (dependenciesMatch() && findNode()) || (await installDependencies());
  if (!isReady) return refuse('npm ci failed; its own message is above.', 1);
  const node = findNode();
  if (!node)
    return refuse(
      `Tenkai needs Node ${oldestOwnNode} or newer on ${process.platform}-${process.arch}; this is ${process.version}.`,
      1,
    );
  handOver(node, [script, ...args]);
}

function scriptNames() {
  const scripts = readdirSync(join(root, 'scripts')).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
  );
  return scripts.map((file) => file.slice(0, -'.ts'.length)).join(', ');
}

/**
 * Whether node_modules holds what package-lock.json names. npm writes its own copy of the lock file as the last
 * act of an installation, so an interrupted one has none and an outdated one differs.
 */
function dependenciesMatch() {
  const wanted = readLock('package-lock.json');
  const installed = readLock('node_modules/.package-lock.json');
  if (!wanted || !installed) return false;
  const names = new Set([...Object.keys(wanted), ...Object.keys(installed)]);
  return [...names]
    .filter((name) => name.includes('node_modules/'))
    .every((name) => samePackage(wanted[name], installed[name]));
}

// An optional package may be absent: most of them are for another platform.
function samePackage(wanted, installed) {
  if (!installed) return wanted?.optional === true;
  return wanted?.version === installed.version && wanted?.integrity === installed.integrity;
}

function readLock(path) {
  try {
    return JSON.parse(readFileSync(join(root, path), 'utf8')).packages ?? {};
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw new Error(`${path} cannot be read: ${error.message}`);
  }
}

async function installDependencies() {
  const startedAt = Date.now();
  process.stderr.write('Installing the dependencies that package-lock.json names (npm ci) ...\n');
  const npm = npmCommand();
  // A production NODE_ENV must not leave out what the scripts themselves run on.
  const options = [
    'ci',
    '--include=dev',
    '--include=optional',
    '--no-audit',
    '--no-fund',
    '--no-update-notifier',
    '--loglevel=error',
  ];
  const { code } = await run(npm.program, [...npm.args, ...options], ['ignore', 'ignore', 'inherit']);
  if (code !== 0) return false;
  process.stderr.write(`Installed in ${Math.round((Date.now() - startedAt) / 1000)} s.\n`);
  return true;
}

function npmCommand() {
  const own = process.env.npm_execpath;
  if (own?.endsWith('npm-cli.js')) return { program: process.execPath, args: [own] };
  return { program: process.platform === 'win32' ? 'npm.cmd' : 'npm', args: [] };
}

/** The Node that npm brought for this platform; where it brings none (macOS), the one that runs this, if new enough. */
function findNode() {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  const brought = join(root, 'node_modules', `node-${platform}-${process.arch}`, 'bin', file);
  if (existsSync(brought)) return brought;
  return Number.parseInt(process.versions.node, 10) >= oldestOwnNode ? process.execPath : undefined;
}

function handOver(node, args) {
  const env = { NODE_COMPILE_CACHE: join(root, '.cache', 'compile'), ...process.env };
  void run(node, args, 'inherit', env).then(({ code, signal }) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
}

function run(program, args, stdio, env = process.env) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: stdio === 'inherit' ? process.cwd() : root, stdio, env });
    const forward = (signal) => {
      // A terminal sends its interrupt to the whole foreground group: the child has it already.
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      child.kill(signal);
    };
    for (const signal of forwardedSignals) process.on(signal, forward);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      for (const name of forwardedSignals) process.off(name, forward);
      resolve({ code, signal });
    });
  });
}

function refuse(message, status) {
  process.stderr.write(`${message}\n`);
  process.exitCode = status;
}
