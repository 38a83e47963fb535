import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { FrozenStep } from '@tenkai/domain';
import type { Report } from '@tenkai/protocol/agent/reports.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
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
import {
  contentPart,
  copyStep,
  installStep,
  programStep,
  scriptStep,
} from '@tenkai/testkit/small-site/steps.ts';
import fc from 'fast-check';
import { findTree } from '../platform/linux/process-tree.ts';

let site: SmallSite;
let steps: FrozenStep[];
before(async () => {
  site = await startSmallSite();
  const manifest = await publishContent(site, {
    'app/setup.sh':
      '#!/bin/sh\necho installed >> "$TENKAI_ROOT/effects"; sleep 0.3; echo 1.0 > "$TENKAI_ROOT/version"\n',
    'app/a.txt': 'a',
    'app/sub/b.txt': 'b',
  });
  const content = contentPart(manifest);
  const effect = (name: string) => `echo ${name} >> "$TENKAI_ROOT/effects"; sleep 0.2`;
  const hook = (name: string) => ({ interpreter: 'sh' as const, text: effect(name) });
  steps = [
    scriptStep(effect('script')),
    installStep({
      content,
      executable: 'app/setup.sh',
      before: hook('before'),
      after: hook('after'),
      detection: [{ kind: 'script', interpreter: 'sh', text: 'cat "$TENKAI_ROOT/version"' }],
    }),
    copyStep({ content, from: 'app', to: '/srv/app' }),
    programStep({ parameters: effect('program') }),
  ];
});
after(() => site.close());

const expectedEffects = ['script', 'before', 'installed', 'after', 'program'];

/** Each boundary of an undisturbed run, in order, each with how often it has been crossed by then. */
async function boundariesOfARun(): Promise<string[]> {
  const agent = await enrolledAgent(site);
  try {
    const file = join(agent.root, '..', 'boundaries');
    const name = storeOrder(agent, site, runOrder(agent, steps));
    assert.equal(await runEngineToEnd(agent, name, { TENKAI_BOUNDARIES: file }), 0);
    const counts = new Map<string, number>();
    return readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((boundary) => {
        const times = (counts.get(boundary) ?? 0) + 1;
        counts.set(boundary, times);
        return `${boundary}*${times}`;
      });
  } finally {
    agent.remove();
  }
}

/** After whatever happened: one result for each step, each effect once, nothing left behind. */
function assertTrueEnd(agent: EnrolledAgent, name: string, why: string): void {
  const reports = agent.waiting();
  const ends = reports.filter(
    (report): report is Extract<Report, { kind: 'step-finished' }> => report.kind === 'step-finished',
  );
  assert.deepEqual(
    ends.map(({ result }) => [result.index, result.outcome]),
    [
      [0, 'succeeded'],
      [1, 'succeeded'],
      [2, 'succeeded'],
      [3, 'succeeded'],
    ],
    why,
  );
  const events = reports.flatMap((report) =>
    report.kind === 'run' && report.event !== 'resumed' ? [report] : [],
  );
  const story = ['received', 'delivering', 'delivered', 'executing', 'verifying', 'finished'];
  assert.deepEqual(
    events.map(({ event }) => event).filter((event, at, all) => event !== all[at - 1]),
    story,
    why,
  );
  assert.deepEqual([events.at(-1)?.succeeded, events.at(-1)?.reason], [true, null], why);
  assert.deepEqual(
    readFileSync(join(agent.root, 'effects'), 'utf8').trim().split('\n'),
    expectedEffects,
    why,
  );
  assert.deepEqual(
    readdirSync(join(agent.root, 'srv/app'), { recursive: true }).sort(),
    ['a.txt', 'setup.sh', 'sub', 'sub/b.txt'],
    why,
  );
  assert.deepEqual(
    readdirSync(join(agent.data.runs, name)).sort(),
    ['closed', 'journal.jsonl', 'order.json'],
    why,
  );
  assert.deepEqual(readdirSync(join(agent.data.locks, 'engine')), [], why);
  const [, step] = ends;
  assert.deepEqual([step?.result.versionBefore, step?.result.versionAfter], [null, '1.0'], why);
}

test('AGENT-38: killed at every boundary in turn, an engine ends the run as if it had never been killed', {
  timeout: 600_000,
}, async (t) => {
  const boundaries = await boundariesOfARun();
  t.diagnostic(`${boundaries.length} boundaries`);
  assert.ok(boundaries.length > 50, 'the list of boundaries is not empty');
  const agent = await enrolledAgent(site);
  atEnd(t, () => agent.remove());
  const name = storeOrder(agent, site, runOrder(agent, steps));
  // A later engine crosses only what is left, so that the same name counts from one again.
  let kills = 0;
  for (const boundary of boundaries.map((each) => each.replace(/\*\d+$/, ''))) {
    const end = await runEngineToEnd(agent, name, { TENKAI_CRASH_AT: boundary });
    if (end === 0) break;
    assert.equal(end, 'SIGKILL', boundary);
    kills += 1;
  }
  assert.equal(kills, boundaries.length, 'every boundary was met');
  assert.equal(await runEngineToEnd(agent, name), 0);
  assertTrueEnd(agent, name, 'after all');
});

test('AGENT-38: killed at any one boundary, an engine ends the run as if it had never been killed', {
  timeout: 600_000,
}, async (t) => {
  const boundaries = await boundariesOfARun();
  const all = process.env.TENKAI_ALL_BOUNDARIES === '1';
  const chosen = all
    ? boundaries
    : fc.sample(fc.constantFrom(...boundaries), { numRuns: 8, seed: Number(process.env.TENKAI_SEED ?? 38) });
  t.diagnostic(`${chosen.length} of ${boundaries.length}: ${chosen.join(' ')}`);
  for (const boundary of chosen) {
    const agent = await enrolledAgent(site);
    atEnd(t, () => agent.remove());
    const name = storeOrder(agent, site, runOrder(agent, steps));
    assert.equal(await runEngineToEnd(agent, name, { TENKAI_CRASH_AT: boundary }), 'SIGKILL', boundary);
    assert.equal(await runEngineToEnd(agent, name), 0, boundary);
    assertTrueEnd(agent, name, boundary);
  }
});

test('an installer whose engine was killed goes on, and the next engine takes its end', {
  timeout: 120_000,
}, async (t) => {
  const agent = await enrolledAgent(site);
  atEnd(t, () => agent.remove());
  const gate = join(agent.root, 'gate');
  const text =
    'echo begin >> "$TENKAI_ROOT/effects"; while [ ! -e "$TENKAI_ROOT/gate" ]; do sleep 0.05; done; echo end; exit 7';
  const name = storeOrder(
    agent,
    site,
    runOrder(agent, [scriptStep(text, { exitCodes: { success: [7], restart: [] } })]),
  );
  assert.equal(await runEngineToEnd(agent, name, { TENKAI_CRASH_AT: 'step#0:main:started' }), 'SIGKILL');
  assert.equal(findTree(`${testRunId}/1/0/main/1`).length > 0, true);
  const second = runEngineToEnd(agent, name);
  mkdirSync(gate);
  assert.equal(await second, 0);
  const [end] = agent.waiting().flatMap((report) => (report.kind === 'step-finished' ? [report.result] : []));
  assert.deepEqual([end?.outcome, end?.exitCode, end?.logTail], ['succeeded', 7, 'end\n']);
  assert.equal(readFileSync(join(agent.root, 'effects'), 'utf8'), 'begin\n');
  assert.equal(existsSync(join(agent.data.runs, name, 'steps')), false);
});
