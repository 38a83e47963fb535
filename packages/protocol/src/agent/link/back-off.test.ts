import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { until } from '@tenkai/testkit/small-site/run-agent.ts';
import fc from 'fast-check';
import { problemFromBody } from '../../problem.ts';
import { agentPaths } from '../channel.ts';
import { backOffMs, waitAfter } from './back-off.ts';
import { enrollUntilDecided } from './enroll.ts';
import { newLink, newMachine, options, running, site, status, told } from './link-for-test.ts';
import type { LinkDeps } from './link-state.ts';
import { timerAfter } from './wake-up.ts';

test(
  'a site that is busy is left alone for as long as it says, by every loop and by an enrollment',
  options,
  async () => {
    const busy = (response: ServerResponse, seconds: number) => {
      response.writeHead(503, { 'content-type': 'application/json', 'retry-after': String(seconds) });
      response.end(JSON.stringify({ code: 'database-busy', message: 'busy', detail: '', remedy: '' }));
      return true;
    };
    const seconds: Readonly<Record<string, number>> = {
      [agentPaths.reports]: 7,
      [agentPaths.orders]: 11,
      [agentPaths.enroll]: 13,
    };
    const waits: number[] = [];
    // Long waits are noted, and over at once.
    const after: LinkDeps['after'] = (ms, act) => {
      waits.push(ms);
      return timerAfter(Math.min(ms, 20), act);
    };
    const refused = new Set<string>();
    const { machineId, outbox, orders, start } = await newLink({ after, random: () => 0 });
    site.intercept = (request, response) => {
      const named = seconds[request.url ?? ''];
      if (named === undefined || refused.has(request.url ?? '')) return false;
      refused.add(request.url ?? '');
      return busy(response, named);
    };
    outbox.put(status('kept'));
    await start();
    await until(() => told(machineId).includes('kept') && orders.length > 0);
    assert.ok(
      [7000, 11_000].every((ms) => waits.includes(ms)),
      waits.join(),
    );
    const { signer, client, facts } = newMachine();
    const enrolling = new AbortController();
    const waited = new Promise<number>((resolve) => {
      const decided = enrollUntilDecided(
        { client, signer, random: () => 0, onWait: resolve },
        facts,
        enrolling.signal,
      );
      running.push(
        decided.then(
          () => {},
          () => {},
        ),
      );
    });
    assert.equal(await waited, 13_000);
    enrolling.abort();
    client.close();
  },
);

test('back-off: what the site has named is never cut short, is spread, and has a limit', () => {
  const cause = (value: string | null) => problemFromBody(503, null, value);
  const wait = (value: string | null, random: number, failures = 1) =>
    waitAfter({ failures, random, cause: cause(value), backOff: { firstMs: 1000, longestMs: 60_000 } });
  assert.deepEqual([wait('5', 0), wait('5', 0.5)], [5000, 6250]);
  assert.equal(wait('1', 0, 9), 6000, 'the own wait is longer');
  assert.equal(wait('999999', 0), 600_000);
  for (const unreadable of [null, '', 'soon', '-1', 'Wed, 21 Oct 2026 07:28:00 GMT'])
    assert.equal(wait(unreadable, 0), 100);
  assert.equal(waitAfter({ failures: 1, random: 0, cause: new Error('cut') }), 100);
});

test('back-off: never longer than its limit, never nothing, growing with each failure', () => {
  const unit = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), unit, (failures, random) => {
      const ms = backOffMs(failures, random, { firstMs: 1000, longestMs: 60_000 });
      assert.ok(ms >= 100 && ms <= 60_000);
      assert.ok(backOffMs(failures + 1, random) >= backOffMs(failures, random));
    }),
  );
});
