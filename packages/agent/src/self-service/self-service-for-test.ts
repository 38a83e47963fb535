/** A small site and an agent for each test of self-service, and the user without rights who asks. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'node:test';
import type { FrozenStep } from '@tenkai/domain';
import type { AvailableDeployment } from '@tenkai/protocol/agent/available.ts';
import type { Report } from '@tenkai/protocol/agent/reports.ts';
import { runOrder, testRunId } from '@tenkai/testkit/small-site/enrolled-agent.ts';
import { newAgent, type TestAgent, until } from '@tenkai/testkit/small-site/run-agent.ts';
import type { SmallSite } from '@tenkai/testkit/small-site/site.ts';
import { startSmallSite } from '@tenkai/testkit/small-site/small-site.ts';

/** A user of every system, without any rights. */
export const user = 'nobody';

/** For tests that act as another user. */
export const options = {
  timeout: 120_000,
  skip: process.getuid?.() !== 0 && 'only root can do things as another user',
};

/** A new one for each test, as the agent. */
export let site: SmallSite;

/** Installed, neither enrolled nor begun. */
export let agent: TestAgent;

beforeEach(async () => {
  site = await startSmallSite();
  agent = newAgent();
});

afterEach(async () => {
  await agent.remove();
  await site.close();
});

/** The socket for users. */
export const door = () => join(agent.data.root, 'door/user.sock');

/** What the agent has told the site, of one kind. */
export const reported = <K extends Report['kind']>(kind: K) =>
  site.reports.flatMap(({ report }) =>
    report.kind === kind ? [report as Extract<Report, { kind: K }>] : [],
  );

/**
 * Through the door without a program around it, once it lets one in. Not to be asked again and again: what others may
 * ask meanwhile is limited, and the programs of a test are among them. Wait for what the answer comes from.
 */
export async function peek<T>(path: string): Promise<T> {
  const answer = await until(async () => {
    const { status, reply } = await send('GET', path);
    return status === 429 ? null : { reply };
  });
  return answer.reply as T;
}

/** A command of the user that succeeds, as JSON. */
export const json = async <T>(...args: string[]): Promise<T> => {
  const { status, stdout, stderr } = await agent.commandOf(user, ...args, '--json');
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as T;
};

/** Enrolls and starts the agent; its machine, once the door is open. */
export async function online(powerCommand?: readonly string[]): Promise<string> {
  if (powerCommand) agent.configure({ powerCommand: [...powerCommand] });
  const { rootFingerprint } = site.keys;
  const taken = await agent.command('enroll', '--server', site.url, '--root-fingerprint', rootFingerprint);
  assert.equal(taken.status, 0, taken.stderr);
  agent.start();
  const machineId = await until(() => site.connected()[0]);
  await until(() => existsSync(door()));
  return machineId;
}

/** A deployment that users may ask for. */
export function offered(over: Partial<AvailableDeployment> = {}): AvailableDeployment {
  return {
    runId: testRunId,
    deploymentId: 'd1',
    name: 'Text editor',
    description: 'Writes texts.',
    status: 'waiting',
    isOffered: true,
    reason: { code: 'not-requested', params: {} },
    waitsUntil: null,
    requestedBy: null,
    finishedAt: null,
    ...over,
  };
}

/** Gives the machine a run of these steps. */
export function order(machineId: string, steps: readonly FrozenStep[], windowClosesAt?: number) {
  const extra = windowClosesAt === undefined ? {} : { windowClosesAt };
  const run = runOrder({ machineId }, steps, { options: { powerOffAtEnd: false, ...extra } });
  site.orders.set(machineId, [site.keys.signOrder(run)]);
  site.nudge(machineId);
}

/** Asks through the door as this very process: what any program of any user could send. */
export function send(
  method: string,
  path: string,
  body?: string,
): Promise<{ status: number; code: string; reply: unknown }> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath: door(), method, path, agent: false }, (response) => {
      let text = '';
      response.on('data', (part) => (text += part));
      response.on('end', () => {
        const reply = JSON.parse(text || '{}');
        resolve({ status: response.statusCode ?? 0, code: reply.code ?? '', reply });
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}
