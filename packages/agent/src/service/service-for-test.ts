/** A site and the real agent service for each test, and what they have said. */
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'node:test';
import type { FrozenStep } from '@tenkai/domain';
import type { Report } from '@tenkai/protocol/agent/reports.ts';
import { runOrder, testRunId } from '@tenkai/testkit/small-site/enrolled-agent.ts';
import { newAgent, type TestAgent, until } from '@tenkai/testkit/small-site/run-agent.ts';
import type { SmallSite } from '@tenkai/testkit/small-site/site.ts';
import { startSmallSite } from '@tenkai/testkit/small-site/small-site.ts';
import { scriptStep } from '@tenkai/testkit/small-site/steps.ts';
import { holdersOf } from '../lock.ts';
import { openLinux } from '../platform/linux/index.ts';
import type { AgentStatus } from '../status.ts';

export let site: SmallSite;
export let agent: TestAgent;
beforeEach(async () => {
  site = await startSmallSite();
  agent = newAgent();
});
afterEach(async () => {
  await agent.remove();
  await site.close();
});

export const options = { timeout: 120_000 };
export const { processes } = openLinux({ root: null, powerCommand: null, bootIdFile: null, env: {} });
export const engines = () => holdersOf({ processes, folder: join(agent.data.locks, 'engine') });
export const inRoot = (path: string) => join(agent.root, path);
export const isThere = (path: string) => existsSync(inRoot(path));
export const reported = <K extends Report['kind']>(kind: K) =>
  site.reports.flatMap(({ report }) =>
    report.kind === kind ? [report as Extract<Report, { kind: K }>] : [],
  );
export const events = () => reported('run').map(({ event }) => event);
export const assign = (...more: string[]) =>
  agent.command('enroll', '--server', site.url, '--root-fingerprint', site.keys.rootFingerprint, ...more);
export const online = () => until(() => site.connected()[0]);
export const status = async () => JSON.parse((await agent.command('status', '--json')).stdout) as AgentStatus;

/** Signs an order for these steps and has the machine fetch it. */
export function order(machineId: string, steps: readonly FrozenStep[], runId = testRunId) {
  const known = site.orders.get(machineId) ?? [];
  site.orders.set(machineId, [...known, site.keys.signOrder(runOrder({ machineId }, steps, { runId }))]);
  site.nudge(machineId);
}

export async function enrolledAndOnline(): Promise<string> {
  assert.equal((await assign()).status, 0);
  agent.start();
  return online();
}

/** A step that waits until the test lets it go on. */
export const gated = (rest = '') =>
  scriptStep(`touch "$TENKAI_ROOT/begun"; while [ ! -e "$TENKAI_ROOT/gate" ]; do sleep 0.05; done; ${rest}`);
export const openGate = () => writeFileSync(inRoot('gate'), '');
