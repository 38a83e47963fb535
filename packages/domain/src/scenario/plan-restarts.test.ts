import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aPackage, installStep } from '@tenkai/testkit/builders.ts';
import { planned, shape } from './plan-for-test.ts';
import type { Step } from './scenario.ts';

test('BSCN-35: every combination of restart after, package restart flag and power off gives one final state', () => {
  for (const restartAfter of [false, true])
    for (const packageFlag of [false, true])
      for (const powerOffAtEnd of [false, true]) {
        const result = planned({ options: { restartAfter, powerOffAtEnd, restartAtStart: false } }, [
          aPackage({ restartAfterInstall: packageFlag }),
        ]);
        const expected = ['install-package'];
        if (packageFlag) expected.push('restart');
        if (restartAfter && !packageFlag) expected.push('restart');
        if (!restartAfter && !packageFlag) expected.push('restart?');
        const got = shape(result).filter(
          (kind, index, all) => kind !== 'restart?' || all[index - 1] !== 'restart',
        );
        assert.deepEqual(got, expected, JSON.stringify({ restartAfter, packageFlag, powerOffAtEnd }));
        assert.equal(result.powerOffAtEnd, powerOffAtEnd);
      }
});

test('BPKG-33: a standalone package has a restart before it, which is skipped where it is there already', () => {
  const alone = aPackage({ id: 'alone', standalone: true });
  const result = planned({ steps: [installStep('hello'), installStep('alone')] }, [aPackage(), alone]);
  assert.deepEqual(shape(result), ['install-package', 'restart', 'install-package', 'restart?']);
  const restart = result.steps[1];
  assert.ok(restart?.kind === 'restart');
  assert.deepEqual(restart.skipIfDetected, alone.detection);
});

test('BPKG-32: a restart after the package only where it was really installed', () => {
  const result = planned({}, [aPackage({ restartAfterInstall: true })]);
  assert.deepEqual(result.steps[1]?.condition, { kind: 'step-before', outcome: 'succeeded' });
});

test('BSCN-34: restart at the start is honoured, not ignored', () => {
  const result = planned({ options: { restartAfter: false, powerOffAtEnd: false, restartAtStart: true } });
  assert.equal(shape(result)[0], 'restart');
});

test('two certain restarts in a row are one', () => {
  const restart: Step = { kind: 'restart', id: 'r', name: 'r' };
  const options = { restartAtStart: true, restartAfter: true, powerOffAtEnd: false };
  const result = planned({ options, steps: [restart, { ...restart, id: 'r2' }, installStep('hello')] });
  assert.deepEqual(shape(result), ['restart', 'install-package', 'restart']);
  assert.equal(result.restarts, 2);
});

test('BAUT-20: restarts for packages warn a user where the scenario says so, or are left to somebody else', () => {
  const options = { restartAfter: false, powerOffAtEnd: false, restartAtStart: false };
  const software = aPackage({ restartAfterInstall: true, standalone: true });
  const warned = planned({ options: { ...options, restartWarningSeconds: 300 } }, [software]);
  const delays = warned.steps.flatMap((step) => (step.kind === 'restart' ? step.delaySeconds : []));
  assert.deepEqual(delays, [300, 300, 300]);
  assert.deepEqual(shape(planned({ options: { ...options, withoutRestarts: true } }, [software])), [
    'install-package',
  ]);
});
