import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import type { FrozenStep } from '@tenkai/domain';
import type { RunOrder } from '@tenkai/protocol/agent/orders.ts';
import type { Report } from '@tenkai/protocol/agent/reports.ts';
import {
  type EnrolledAgent,
  enrolledAgent,
  runOrder,
  storeOrder,
  testRunId,
} from '@tenkai/testkit/small-site/enrolled-agent.ts';
import { publishContent } from '@tenkai/testkit/small-site/publish.ts';
import { runEngineToEnd } from '@tenkai/testkit/small-site/run-engine.ts';
import type { SmallSite } from '@tenkai/testkit/small-site/site.ts';
import { startSmallSite } from '@tenkai/testkit/small-site/small-site.ts';
import { contentPart, installStep, scriptStep } from '@tenkai/testkit/small-site/steps.ts';

let site: SmallSite;
let agent: EnrolledAgent;
before(async () => {
  site = await startSmallSite();
});
after(() => site.close());
beforeEach(async () => {
  agent = await enrolledAgent(site);
});
afterEach(() => agent.remove());

async function runSteps(steps: readonly FrozenStep[], rest: Partial<RunOrder> = {}) {
  const name = storeOrder(agent, site, runOrder(agent, steps, rest));
  assert.equal(await runEngineToEnd(agent, name), 0);
  return agent.waiting();
}

function story(reports: readonly Report[]): string[] {
  return reports.map((report) => {
    if (report.kind === 'run') return report.event;
    if (report.kind === 'step-started') return `started ${report.index}`;
    return report.kind === 'step-finished' ? `${report.result.outcome} ${report.result.index}` : report.kind;
  });
}

test('a package is delivered, installed, detected, and detected again at the end', async () => {
  const installer =
    '#!/bin/sh\nmkdir -p "$TENKAI_ROOT/opt" && cp file "$TENKAI_ROOT/opt/file" && echo done\n';
  const manifest = await publishContent(site, { 'app/setup.sh': installer, 'app/file': 'text' });
  const detection = [{ kind: 'file' as const, path: '/opt/file', minimumBytes: 4 }];
  const reports = await runSteps([
    installStep({ content: contentPart(manifest), executable: 'app/setup.sh', detection }),
  ]);
  assert.deepEqual(story(reports), [
    'received',
    'delivering',
    'delivered',
    'executing',
    'started 0',
    'succeeded 0',
    'verifying',
    'finished',
  ]);
  const result = reports.find((report) => report.kind === 'step-finished')?.result;
  assert.equal(result?.exitCode, 0);
  assert.equal(result?.logTail, 'done\n');
  const [rule] = detection;
  assert.deepEqual(result?.detection, [{ rule, isDetected: true, found: '4 bytes' }]);
  const end = reports.at(-1);
  assert.deepEqual(end?.kind === 'run' && end.verified, [{ index: 0, isDetected: true, found: '4 bytes' }]);
  assert.equal(readFileSync(join(agent.root, 'opt/file'), 'utf8'), 'text');
  assert.deepEqual(readdirSync(join(agent.data.runs, `${testRunId}-1`)).sort(), [
    'closed',
    'journal.jsonl',
    'order.json',
  ]);
  assert.ok(existsSync(join(agent.data.content, 'content', manifest.contentId)));
});

test('a script has the variables of the scenario and a plain environment', async () => {
  const text = 'echo "$GREETING $HOME $LANG $DEBIAN_FRONTEND"; tty; env | grep -c NODE_';
  const reports = await runSteps([scriptStep(text, { exitCodes: { success: [1], restart: [] } })], {
    variables: { GREETING: 'hello', HOME: '/evil', NODE_OPTIONS: '--evil' },
  });
  const result = reports.find((report) => report.kind === 'step-finished')?.result;
  assert.equal(result?.logTail, 'hello /root C.UTF-8 noninteractive\nnot a tty\n0\n');
  assert.equal(result?.outcome, 'succeeded');
});
