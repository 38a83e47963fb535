import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { publishContent } from '@tenkai/testkit/small-site/publish.ts';
import { runSteps } from '@tenkai/testkit/small-site/run-steps.ts';
import {
  contentPart,
  copyStep,
  programStep,
  scriptStep,
  waitStep,
  wakeStep,
} from '@tenkai/testkit/small-site/steps.ts';
import { agent, inRoot, options, outcome, site } from './steps-for-test.ts';

test('exit codes mean what the package says', options, async () => {
  const codes = { success: [0, 5], restart: [9] };
  const end = (code: number) =>
    programStep({ parameters: `exit ${code}`, exitCodes: codes, continueOnError: true });
  const { results } = await runSteps(site, agent, [
    end(5),
    end(9),
    end(1),
    programStep({ parameters: 'kill -9 $$', continueOnError: true }),
  ]);
  assert.deepEqual(results.map(outcome), [
    ['succeeded', null],
    ['succeeded', null],
    ['failed', 'exit-code'],
    ['failed', 'exit-code'],
  ]);
  assert.deepEqual(
    results.map(({ exitCode }) => exitCode),
    [5, 9, 1, 137],
  );
});

test(
  'a failed program that says in its last line that it was rolled back gives that as the reason',
  options,
  async () => {
    const says = (text: string, code: number) =>
      programStep({ parameters: `printf '%s\\n' ${text}; exit ${code}`, continueOnError: true });
    const line = "'tenkai-result: rolled back: no report'";
    const { results } = await runSteps(site, agent, [
      says(line, 75),
      says(`${line} more`, 75),
      says(line, 0),
    ]);
    assert.deepEqual(results.map(outcome), [
      ['failed', 'rolled-back'],
      ['failed', 'exit-code'],
      ['succeeded', null],
    ]);
    assert.deepEqual(results[0]?.reason?.params, { cause: 'no report' });
  },
);

test('conditions: variables and the step before decide at run time', options, async () => {
  const fails = scriptStep('exit 1', { continueOnError: true });
  const when = (condition: Parameters<typeof scriptStep>[1]) => scriptStep('true', condition);
  const failed = { kind: 'previous-step', outcome: 'failed' } as const;
  const variable = (value: string) => ({ kind: 'variable', name: 'ROOM', operator: '=', value }) as const;
  const steps = [
    when({ condition: { kind: 'previous-step', outcome: 'succeeded' } }),
    fails,
    when({ condition: variable('B') }),
    when({ condition: { kind: 'all', of: [failed, variable('A')] } }),
    when({ condition: failed }),
    when({
      condition: { kind: 'not', of: { kind: 'variable', name: 'NONE', operator: 'exists', value: '' } },
    }),
  ];
  const { results, end } = await runSteps(site, agent, steps, { variables: { ROOM: 'A' } });
  assert.deepEqual(results.map(outcome), [
    ['skipped', 'condition-false'],
    ['failed', 'exit-code'],
    ['skipped', 'condition-false'],
    ['succeeded', null],
    ['skipped', 'condition-false'],
    ['succeeded', null],
  ]);
  assert.equal(end?.succeeded, true);
});

test(
  'copied files: whole or not at all, nothing outside of the target, the same ones left alone',
  options,
  async () => {
    const manifest = await publishContent(site, {
      'データ/a.txt': 'new',
      'データ/bin/run': '#!/bin/sh\n',
      'other/x': 'x',
    });
    const content = contentPart(manifest);
    mkdirSync(inRoot('srv/app'), { recursive: true });
    writeFileSync(inRoot('srv/app/a.txt'), 'old');
    const copy = copyStep({ content, from: 'データ', to: '/srv/app' });
    const { results } = await runSteps(site, agent, [copy, copy]);
    assert.match(results[0]?.logTail ?? '', /^2 files copied/);
    assert.match(results[1]?.logTail ?? '', /^0 files copied.*2 were there/);
    assert.equal(readFileSync(inRoot('srv/app/a.txt'), 'utf8'), 'new');
    assert.equal(
      execFileSync('stat', ['-c', '%a', inRoot('srv/app/bin/run')], { encoding: 'utf8' }),
      '755\n',
    );
    assert.deepEqual(readdirSync(inRoot('srv/app')).sort(), ['a.txt', 'bin']);

    mkdirSync(inRoot('victim'));
    mkdirSync(inRoot('srv/linked'));
    symlinkSync(inRoot('victim'), inRoot('srv/linked/bin'));
    const refused = await runSteps(site, agent, [
      copyStep({ content, from: 'データ', to: '/srv/linked', continueOnError: true }),
      copyStep({ content, from: 'nothing', to: '/srv/app', continueOnError: true }),
      copyStep({ content, from: '', to: 'srv', continueOnError: true }),
      copyStep({ content, from: 'other', to: '/../../../escape' }),
    ]);
    assert.deepEqual(refused.results.map(outcome), [
      ['failed', 'copy-target-link'],
      ['failed', 'copy-source-missing'],
      ['failed', 'copy-target-relative'],
      ['succeeded', null],
    ]);
    assert.deepEqual(readdirSync(inRoot('victim')), []);
    assert.equal(readFileSync(inRoot('escape/x'), 'utf8'), 'x');
  },
);

test('output is bounded on disk and in the report, and fit to be shown', options, async () => {
  const text =
    'i=0; while [ $i -lt 40000 ]; do echo "line $i of a chatty installer, which goes on and on"; i=$((i+1)); done; printf "\\033[31mred\\033[0m \\000\\377 end\\n"; sleep 2';
  const { results } = await runSteps(site, agent, [scriptStep(text)]);
  const tail = results[0]?.logTail ?? '';
  assert.ok(tail.length <= 8192);
  assert.match(tail, /line 39999 of .*\nred \uFFFD end\n$/);
});

test('wait and wake', options, async () => {
  const { results } = await runSteps(site, agent, [waitStep(1), wakeStep()]);
  assert.deepEqual(results.map(outcome), [
    ['succeeded', null],
    ['skipped', 'already-on'],
  ]);
  const [waited] = results;
  assert.ok((waited?.finishedAt ?? 0) - (waited?.startedAt ?? 0) >= 1000);
});

test(
  'a step that cannot be done says why: no interpreter, no executable, bad parameters',
  options,
  async () => {
    const manifest = await publishContent(site, { 'app/x': 'x' });
    const content = contentPart(manifest);
    const rest = { continueOnError: true };
    const { results } = await runSteps(site, agent, [
      scriptStep('dir', { interpreter: 'cmd', ...rest }),
      programStep({ content, executable: 'app/../../x', ...rest }),
      programStep({ content, executable: 'app/x', parameters: "'open", ...rest }),
    ]);
    assert.deepEqual(results.map(outcome), [
      ['failed', 'interpreter-missing'],
      ['failed', 'executable-missing'],
      ['failed', 'parameters-unbalanced'],
    ]);
  },
);
