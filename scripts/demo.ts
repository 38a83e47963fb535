/**
 * `npm run demo`: a site and three managed machines on this computer; a real package is registered, deployed and
 * verified on each. Stays up, or with `-- --exit` leaves with status 0 only where all three were verified.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { deploymentRoutes, type RunDetail } from '@tenkai/protocol';
import { deployEverywhere, registerPackage } from './demo/deploy.ts';
import { startMachines, waitForMachines } from './demo/machines.ts';
import { makeSamplePackage } from './demo/sample-package.ts';
import { type DemoSite, startSite } from './demo/site.ts';
import { resultTable } from './demo/table.ts';
import { watchRuns } from './demo/watch.ts';

const root = resolve(import.meta.dirname, '..');
const leavesAtEnd = process.argv.includes('--exit');
const unknown = process.argv.slice(2).find((argument) => argument !== '--exit');
if (unknown !== undefined) {
  console.error(`npm run demo takes only --exit, not ${unknown}.`);
  process.exit(2);
}

const machinesTimeoutMs = 120_000;
const runsTimeoutMs = 300_000;
const isDebian =
  process.getuid?.() === 0 && existsSync('/usr/bin/dpkg-deb') && existsSync('/etc/debian_version');

const dir = await mkdtemp(join(tmpdir(), 'tenkai-demo-'));
const toStop: (() => Promise<void>)[] = [];
let isLeaving = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void leave(0));

try {
  const isVerified = await demonstrate();
  if (leavesAtEnd) await leave(isVerified ? 0 : 1);
} catch (error) {
  console.error(`\nThe demonstration failed: ${error instanceof Error ? error.message : error}`);
  console.error(`Its logs are in ${dir}.`);
  await leave(1, true);
}

async function demonstrate(): Promise<boolean> {
  await ensureConsole();
  say('Starting a site on the embedded database …');
  const site = await startSite(root, dir);
  toStop.push(() => site.stop());
  say('Starting three machines …');
  const machines = await startMachines(root, dir, site);
  toStop.unshift(() => machines.stop());
  const ready = await waitForMachines(site, machines.names.length, machinesTimeoutMs);
  for (const machine of ready)
    console.log(`  ${machine.name.padEnd(8)} ${machine.operatingSystem}, enrolled and online`);
  const sample = await makeSamplePackage(dir, isDebian);
  say(`Registering ${sample.what} …`);
  const bytes = await registerPackage(site, sample);
  console.log(`  ${sample.draft.id}: ${bytes} bytes, hashed, uploaded and sealed`);
  say('Deploying it to all machines …');
  const deploymentId = await deployEverywhere(site, sample.draft.id);
  const runs = await watchRuns(site, deploymentId, machines.names.length, runsTimeoutMs);
  return report(
    site,
    await Promise.all(runs.map((run) => site.api(deploymentRoutes.run, { params: { id: run.id } }))),
  );
}

async function report(site: DemoSite, runs: RunDetail[]): Promise<boolean> {
  const verified = runs.filter((run) => run.status === 'succeeded').length;
  say(`Verified on ${verified} of ${runs.length} machines`);
  console.log(resultTable(runs));
  if (!leavesAtEnd) {
    console.log(
      `\nThe console is at ${site.url}; this link signs you in once:\n  ${await site.signInLink()}`,
    );
    console.log(
      `\nYour browser does not know the site's own key yet and will say so; its fingerprint is\n  ${site.rootFingerprint}`,
    );
    console.log('\nCtrl C ends the demonstration and removes everything that it made.');
  }
  return verified === runs.length;
}

/** The console is the one thing that is built; the demonstration does without it when told to leave. */
async function ensureConsole(): Promise<void> {
  if (leavesAtEnd || existsSync(join(root, 'packages/console/dist/index.html'))) return;
  say('Building the console, once …');
  const { buildConsole } = await import('./build-console.ts');
  await buildConsole();
}

function say(text: string): void {
  console.log(`\n${text}`);
}

async function leave(status: number, keepsFolder = false): Promise<void> {
  if (isLeaving) return;
  isLeaving = true;
  for (const stop of toStop) await stop();
  if (!keepsFolder) await rm(dir, { recursive: true, force: true });
  process.exit(status);
}
