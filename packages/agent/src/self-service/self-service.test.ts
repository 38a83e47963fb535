import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { FrozenStep } from '@tenkai/domain';
import type { AvailableDeployment } from '@tenkai/protocol/agent/available.ts';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import type { Report } from '@tenkai/protocol/agent/reports.ts';
import { runOrder, testRunId } from '@tenkai/testkit/small-site/enrolled-agent.ts';
import { ended, newAgent, spawnAs, type TestAgent, until } from '@tenkai/testkit/small-site/run-agent.ts';
import type { SmallSite } from '@tenkai/testkit/small-site/site.ts';
import { startSmallSite } from '@tenkai/testkit/small-site/small-site.ts';
import { restartStep, scriptStep } from '@tenkai/testkit/small-site/steps.ts';
import { readJournal } from '../engine/journal.ts';
import { holdersOf } from '../lock.ts';
import { openLinux } from '../platform/linux/index.ts';
import { runFolderNamed } from '../run-folder.ts';
import type { AgentStatus } from '../status.ts';
import { doorPaths, type Offers, type ProofRequest, type RestartState } from './door-words.ts';

/** A user of every system, without any rights. */
const user = 'nobody';
const options = {
  timeout: 120_000,
  skip: process.getuid?.() !== 0 && 'only root can do things as another user',
};
const hour = 60 * 60_000;

let site: SmallSite;
let agent: TestAgent;
beforeEach(async () => {
  site = await startSmallSite();
  agent = newAgent();
});
afterEach(async () => {
  await agent.remove();
  await site.close();
});

const { processes } = openLinux({ root: null, powerCommand: null, bootIdFile: null, env: {} });
const engines = () => holdersOf({ processes, folder: join(agent.data.locks, 'engine') });
const door = () => join(agent.data.root, 'door/user.sock');
const reported = <K extends Report['kind']>(kind: K) =>
  site.reports.flatMap(({ report }) =>
    report.kind === kind ? [report as Extract<Report, { kind: K }>] : [],
  );
/** Through the door without a program around it, for waits; no faster than it lets everybody. */
async function peek<T>(path: string): Promise<T> {
  await new Promise((resolve) => setTimeout(resolve, 250));
  const { status, reply } = await send('GET', path);
  return status === 429 ? peek(path) : (reply as T);
}
const offersNow = () => peek<Offers>(doorPaths.available);
const restartNow = async () => (await peek<RestartState>(doorPaths.restart)).restart;
const json = async <T>(...args: string[]): Promise<T> => {
  const { status, stdout, stderr } = await agent.commandOf(user, ...args, '--json');
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as T;
};

async function online(powerCommand?: readonly string[]): Promise<string> {
  if (powerCommand) agent.configure({ powerCommand: [...powerCommand] });
  const { rootFingerprint } = site.keys;
  const taken = await agent.command('enroll', '--server', site.url, '--root-fingerprint', rootFingerprint);
  assert.equal(taken.status, 0, taken.stderr);
  agent.start();
  const machineId = await until(() => site.connected()[0]);
  await until(() => existsSync(door()));
  return machineId;
}

function offered(over: Partial<AvailableDeployment> = {}): AvailableDeployment {
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

function order(machineId: string, steps: readonly FrozenStep[], windowClosesAt?: number) {
  const extra = windowClosesAt === undefined ? {} : { windowClosesAt };
  const run = runOrder({ machineId }, steps, { options: { powerOffAtEnd: false, ...extra } });
  site.orders.set(machineId, [site.keys.signOrder(run)]);
  site.nudge(machineId);
}

test('a user without rights lists what is available and asks for it by name', options, async () => {
  const machineId = await online();
  site.available.set(machineId, [
    offered(),
    offered({ runId: 'r2', deploymentId: 'd2', name: 'Text browser' }),
  ]);
  const shown = await agent.commandOf(user, 'available');
  assert.equal(shown.status, 0, shown.stderr);
  assert.match(shown.stdout, /^Text editor\n {2}available\n {2}Writes texts\.\nText browser$/m);

  const unclear = await agent.commandOf(user, 'install', 'text');
  assert.deepEqual([unclear.status, /offer-ambiguous/.test(unclear.stderr)], [1, true]);
  const none = await agent.commandOf(user, 'install', 'Sokoban');
  assert.match(none.stderr, /Sokoban is not available to this machine\. \(not-available\)/);
  assert.deepEqual(reported('run-request'), []);

  const asked = await agent.commandOf(user, 'install', 'text EDITOR');
  assert.equal(asked.status, 0, asked.stderr);
  const request = await until(() => reported('run-request')[0]);
  assert.deepEqual([request.runId, request.user], [testRunId, user], 'the system says who asked');
  const again = await json<{ state: string }>('install', 'd1');
  assert.equal(again.state, 'asked');
  assert.equal(reported('run-request').length, 1, 'asked again it is the same request');
  assert.deepEqual(
    readdirSync('/tmp').filter((name) => name.startsWith('tenkai-user-')),
    [],
  );
});

test(
  'install --wait shows the way to the end; without the site there is what it said last',
  options,
  async () => {
    const machineId = await online();
    site.available.set(machineId, [offered()]);
    await offersNow();
    site.intercept = (asked, response) => asked.url === agentPaths.available && Boolean(response.destroy());
    const offline = await agent.commandOf(user, 'install', 'Text editor');
    assert.equal(offline.status, 0, offline.stderr);
    await until(async () => !(await offersNow()).isFresh);
    assert.equal((await offersNow()).items[0]?.state, 'asked');
    site.intercept = () => false;
    const request = await until(() => reported('run-request')[0]);
    assert.equal(request.runId, testRunId);

    const waits = agent.beginOf(user, 'install', '--wait', 'Text editor');
    site.available.set(machineId, [
      offered({ isOffered: false, status: 'waiting', reason: { code: 'slot-site', params: {} } }),
    ]);
    await until(() => waits.said().includes('Other machines come first'));
    order(machineId, [scriptStep('true')]);
    await until(() => reported('run').some(({ event }) => event === 'finished'));
    site.available.set(machineId, [offered({ isOffered: false, status: 'succeeded', reason: null })]);
    const end = await waits.end;
    assert.equal(end.status, 0, end.stderr);
    assert.match(end.stdout, /Other machines come first[\s\S]*Text editor is installed\./);

    site.available.set(machineId, [offered({ isOffered: true, status: 'failed', finishedAt: 1 })]);
    await until(async () => (await offersNow()).items[0]?.state === 'failed');
    const retried = agent.commandOf(user, 'install', '--wait', 'Text editor');
    await until(() => reported('run-request').length === 2);
    site.available.set(machineId, [
      offered({
        isOffered: true,
        status: 'failed',
        finishedAt: 2,
        reason: { code: 'exit-code', params: {} },
      }),
    ]);
    const failed = await retried;
    assert.equal(failed.status, 1);
    assert.match(failed.stderr, /could not be installed[\s\S]*The installer ended with an error/);
  },
);

/** Asks through the door as this very process: what any program of any user could send. */
function send(
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

test('the door opens to nothing else: table of refusals', options, async () => {
  const machineId = await online();
  site.available.set(machineId, [offered()]);
  assert.equal(statSync(door()).mode & 0o777, 0o666);
  const proof = (name: string) => JSON.stringify({ id: testRunId, proof: name });
  const refusals: [string, string, string, string | undefined, string][] = [
    ['another path', 'GET', '/v1/settings', undefined, 'door-no-such-address'],
    ['a path of objects', 'GET', '/__proto__', undefined, 'door-no-such-address'],
    ['a query', 'GET', '/v1/available?x=1', undefined, 'door-no-such-address'],
    ['another method', 'DELETE', doorPaths.available, undefined, 'door-no-such-address'],
    ['no body', 'POST', doorPaths.install, '', 'request-invalid'],
    ['no JSON', 'POST', doorPaths.install, '{', 'request-invalid'],
    ['no proof', 'POST', doorPaths.install, '{"id":"x"}', 'request-invalid'],
    ['an unknown field', 'POST', doorPaths.proof, '{"user":"root"}', 'request-invalid'],
    ['too much', 'POST', doorPaths.install, JSON.stringify({ id: 'x'.repeat(5000) }), 'request-too-large'],
    ['a proof that is a path', 'POST', doorPaths.install, proof('../etc/passwd'), 'request-invalid'],
    ['a proof that nobody asked for', 'POST', doorPaths.install, proof('tenkai-user-0'), 'user-not-proven'],
    ['for ever', 'POST', doorPaths.postpone, '{"minutes":100000,"proof":"x"}', 'request-invalid'],
    ['no restart', 'GET', doorPaths.restart, undefined, ''],
  ];
  for (const [name, method, path, body, code] of refusals) {
    const answer = await send(method, path, body);
    assert.equal(answer.code, code, name);
    if (code === '') continue;
    const { message, detail, remedy } = answer.reply as Record<string, string>;
    assert.ok(message && remedy && detail !== undefined, name);
  }
  assert.deepEqual(reported('run-request'), []);
});

test(
  'who asks is proven by a file of the own: a link, an open file, foreign words and a second use are refused',
  options,
  async () => {
    const machineId = await online();
    site.available.set(machineId, [offered()]);
    const made: string[] = [];
    const attempt = async (make: (file: string, content: string) => void) => {
      const { folder, name, content } = (await send('POST', doorPaths.proof, '{}')).reply as ProofRequest;
      const file = join(folder, name);
      made.push(file);
      make(file, content);
      const act = () => send('POST', doorPaths.install, JSON.stringify({ id: testRunId, proof: name }));
      return [(await act()).code, (await act()).code];
    };
    const refused = 'user-not-proven';
    const target = join(agent.root, 'of-root');
    try {
      assert.deepEqual(await attempt(() => {}), [refused, refused]);
      assert.deepEqual(await attempt((file, text) => writeFileSync(file, text, { mode: 0o644 })), [
        refused,
        refused,
      ]);
      assert.deepEqual(await attempt((file) => writeFileSync(file, 'x'.repeat(32), { mode: 0o600 })), [
        refused,
        refused,
      ]);
      const asLink = (file: string, text: string) => {
        writeFileSync(target, text, { mode: 0o600 });
        symlinkSync(target, file);
      };
      assert.deepEqual(await attempt(asLink), [refused, refused]);
      assert.deepEqual(reported('run-request'), []);
      assert.deepEqual(await attempt((file, text) => writeFileSync(file, text, { mode: 0o600 })), [
        '',
        refused,
      ]);
    } finally {
      for (const file of made) rmSync(file, { force: true });
    }
  },
);

test(
  'a user without rights reaches nothing of the agent but its door, and is slowed down',
  options,
  async () => {
    const machineId = await online();
    site.available.set(machineId, [offered()]);
    for (const name of readdirSync(agent.data.root)) {
      if (name === 'door') continue;
      const path = join(agent.data.root, name);
      const text = `cat ${path} > /dev/null 2>&1 && echo read; ls ${path}/ > /dev/null 2>&1 && echo listed; touch ${path}/x ${path} 2>/dev/null && echo written; true`;
      const tried = spawnAs(user, ['/bin/sh', '-c', text], { PATH: '/usr/bin:/bin' });
      let out = '';
      tried.stdout?.on('data', (part) => (out += part));
      await new Promise((resolve) => tried.on('close', resolve));
      // The settings hold no secret, the state is for everybody.
      const isOpen = ['agent.json', 'status.json'].includes(name);
      assert.equal(out, isOpen ? 'read\n' : '', name);
    }
    const refused = await agent.commandOf(user, 'check-in');
    assert.equal(refused.status, 1);
    const codes = new Set<string>();
    for (let count = 0; count < 80; count += 1) codes.add((await send('GET', doorPaths.restart)).code);
    assert.ok(codes.has('asked-too-often'));
  },
);

test(
  'a restart is postponed within its limits, over a killed engine, and shown to the site',
  options,
  async () => {
    const log = join(agent.root, 'power');
    const machineId = await online(['/bin/sh', '-c', `echo "$1" >> ${log}`, 'power']);
    assert.equal((await json<RestartState>('restart')).restart, null);
    const none = await agent.commandOf(user, 'restart', '--postpone', '1h');
    assert.match(none.stderr, /restart-none/);

    const restart = restartStep({ delaySeconds: 600, postponement: { times: 2, hours: 8 } });
    order(machineId, [scriptStep('true'), restart], Date.now() + 5 * hour);
    const announced = await until(restartNow);
    assert.deepEqual(
      [announced.mayBePostponed, announced.timesLeft, announced.deploymentName],
      [true, 2, 'test'],
    );
    // Ten minutes of the window are kept for the restart itself.
    assert.ok(announced.latestAt <= Date.now() + 5 * hour - 600_000);

    const late = await agent.commandOf(user, 'restart', '--postpone', '6h');
    assert.deepEqual([late.status, /restart-too-late/.test(late.stderr)], [1, true]);
    const done = await agent.commandOf(user, 'restart', '--postpone', '2h');
    assert.equal(done.status, 0, done.stderr);
    const told = await until(() => reported('run').find(({ event }) => event === 'restart-postponed'));
    assert.deepEqual([told.postponed?.user, told.postponed?.timesLeft], [user, 1]);

    const folder = runFolderNamed(agent.data, `${testRunId}-1`);
    const entries = () => readJournal(folder.journal, folder.name);
    const [engine] = engines();
    assert.ok(engine);
    process.kill(engine.pid, 'SIGKILL');
    await ended(agent.services()[0] as never, 'SIGKILL');
    agent.start();
    await until(() => engines().some(({ pid }) => pid !== engine.pid));
    const after = await until(async () => {
      const { status, stdout } = await agent.commandOf(user, 'restart', '--json');
      return status === 0 ? (JSON.parse(stdout) as RestartState).restart : null;
    });
    const postponed = entries().find((entry) => entry.event === 'restart-postponed');
    assert.deepEqual([after.restartAt, after.timesLeft, after.postponedBy], [postponed?.until, 1, user]);

    assert.equal((await agent.commandOf(user, 'restart', '--postpone', '3h')).status, 0);
    const enough = await agent.commandOf(user, 'restart', '--postpone', '4h');
    assert.match(enough.stderr, /restart-postponed-enough/);
    const japanese = await agent.commandOf(user, 'restart');
    assert.match(japanese.stdout, /cannot be postponed any further/);
    assert.equal(existsSync(log), false);

    const now = await agent.commandOf(user, 'restart', '--now');
    assert.equal(now.status, 0, now.stderr);
    await until(() => existsSync(log) && readFileSync(log, 'utf8').includes('restart'));
    assert.equal(entries().filter((entry) => entry.event === 'restart-postponed').length, 2);
  },
);

test('a machine that its user restarts meanwhile is not restarted again', options, async () => {
  const log = join(agent.root, 'power');
  const machineId = await online(['/bin/sh', '-c', `echo "$1" >> ${log}`, 'power']);
  order(machineId, [scriptStep('true'), restartStep({ delaySeconds: 600 })]);
  await until(restartNow);
  await ended(agent.services()[0] as never, 'SIGKILL');
  for (const { pid } of engines()) process.kill(pid, 'SIGKILL');
  writeFileSync(agent.bootIdFile, 'boot-2');
  agent.start();
  await until(() => reported('run').some(({ event }) => event === 'finished'));
  assert.equal(reported('run').at(-1)?.succeeded, true);
  assert.equal(existsSync(log), false);
});

test(
  'AGENT-23: page, status and settings agree on the assigned site: none, and then its code',
  options,
  async () => {
    agent.start();
    await until(() => existsSync(door()));
    const shown = async () => JSON.parse((await agent.command('status', '--json')).stdout) as AgentStatus;
    assert.deepEqual([(await offersNow()).site, (await shown()).site.code], [null, null]);
    const { rootFingerprint } = site.keys;
    await agent.command('enroll', '--server', site.url, '--root-fingerprint', rootFingerprint);
    const assigned = await until(async () => (await offersNow()).site);
    const { code, name } = (await shown()).site;
    assert.deepEqual([assigned, code], [{ code, name }, 'TST']);
  },
);
