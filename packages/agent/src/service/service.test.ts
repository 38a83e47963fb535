import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { runOrder } from '@tenkai/testkit/small-site/enrolled-agent.ts';
import { publishContent } from '@tenkai/testkit/small-site/publish.ts';
import { newAgent, type TestAgent, until } from '@tenkai/testkit/small-site/run-agent.ts';
import { type SmallSite, startSmallSite } from '@tenkai/testkit/small-site/small-site.ts';
import { contentPart, installStep } from '@tenkai/testkit/small-site/steps.ts';

let site: SmallSite;
let agent: TestAgent;
before(async () => {
  site = await startSmallSite();
});
after(() => site.close());
beforeEach(() => {
  agent = newAgent();
});
afterEach(() => agent.remove());

const runEvents = () => site.reports.flatMap(({ report }) => (report.kind === 'run' ? [report.event] : []));

test('enrolled by ticket, nudged, an agent fetches an order, runs it and reports', {
  timeout: 120_000,
}, async () => {
  site.tickets = new Set(['one-time']);
  const ticketFile = join(agent.root, 'ticket');
  writeFileSync(ticketFile, 'one-time\n', { mode: 0o600 });
  const enrolled = await agent.command(
    'enroll',
    '--server',
    site.url,
    '--root-fingerprint',
    site.keys.rootFingerprint,
    '--ticket-file',
    ticketFile,
  );
  assert.equal(enrolled.status, 0, enrolled.stderr);
  assert.equal(existsSync(ticketFile), false);
  agent.start();
  const [machineId = ''] = await until(() => (site.connected().length > 0 ? site.connected() : null));

  const manifest = await publishContent(site, {
    'app/setup.sh': '#!/bin/sh\necho ok > "$TENKAI_ROOT/done"\n',
  });
  const detection = [{ kind: 'file' as const, path: '/done' }];
  const step = installStep({ content: contentPart(manifest), executable: 'app/setup.sh', detection });
  site.orders.set(machineId, [site.keys.signOrder(runOrder({ machineId }, [step]))]);
  assert.ok(site.nudge(machineId));
  await until(() => runEvents().includes('finished'));
  assert.deepEqual(runEvents(), [
    'received',
    'delivering',
    'delivered',
    'executing',
    'verifying',
    'finished',
  ]);
  assert.ok(existsSync(join(agent.root, 'done')));
});
