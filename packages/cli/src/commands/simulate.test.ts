import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { machineRoutes } from '@tenkai/protocol/api/machines.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';
import { cliOf } from '@tenkai/testkit/tenkai-cli.ts';
import type { Tally } from '../simulator.ts';

const patient = { timeout: 240_000 };

test(
  'tenkai simulate: machines enroll by a ticket of their own, and are the same at the next start',
  patient,
  async (t) => {
    const server = await startTestServer({ listen: true });
    atEnd(t, () => server.stop());
    const cli = await cliOf(t, server);
    const state = join(cli.home, 'fleet');
    const args = ['simulate', '12', '--seed', '7', '--profile', 'server-room', '--state', state];
    const machinesOf = async () =>
      (await server.call(machineRoutes.list, { query: { limit: 100 } })).items.map(
        ({ id, name }) => `${name} ${id}`,
      );
    /** Ends the fleet by Ctrl C when all machines were heard of. */
    const untilOnline = async (onlyThese?: string[]) => {
      const result = await cli.run(['--json', ...args], {
        onStart: async (child) => {
          const signal = AbortSignal.timeout(120_000);
          while (!signal.aborted && server.kernel.channel.online().length < 12)
            await new Promise((resolve) => setTimeout(resolve, 100));
          child.kill('SIGINT');
        },
      });
      assert.equal(result.code, 0, result.stderr);
      const tally = JSON.parse(result.stdout) as Tally;
      assert.equal(tally.counts.enrolled, 12);
      assert.equal(tally.counts.online, 0, 'all lines are closed at the end');
      const machines = (await machinesOf()).sort();
      if (onlyThese) assert.deepEqual(machines, onlyThese);
      return machines;
    };
    const machines = await untilOnline();
    assert.equal(machines.length, 12);
    assert.match(machines[0] ?? '', /^sim7-000000 /);
    await untilOnline(machines);

    const other = await cli.run([
      'simulate',
      '12',
      '--seed',
      '8',
      '--profile',
      'server-room',
      '--state',
      state,
    ]);
    assert.equal(other.code, 1);
    assert.match(other.stderr, /simulator-state-foreign/);
  },
);

test('tenkai simulate: wrong use is told before anything is asked of the site', patient, async (t) => {
  const server = await startTestServer({ listen: true });
  atEnd(t, () => server.stop());
  const cli = await cliOf(t, server);
  for (const args of [
    ['0'],
    ['many'],
    ['5', '--speed', '0'],
    ['5', '--profile', 'beach'],
    ['5', '--profile', './absent.json'],
  ]) {
    const { code, stderr } = await cli.run(['simulate', ...args]);
    assert.equal(code, 2, `${args.join(' ')}: ${stderr}`);
  }
  assert.equal((await server.call(machineRoutes.list)).items.length, 0);
});
