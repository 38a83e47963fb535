/** `tenkai-agent enroll` and the service of a machine at the same time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EnrollReply } from '@tenkai/protocol/agent/enrollment.ts';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { newAgent, until } from '@tenkai/testkit/small-site/run-agent.ts';
import { startSmallSite } from '@tenkai/testkit/small-site/small-site.ts';

test('a service that was refused while somebody changed its settings tries again with them at once', {
  timeout: 120_000,
}, async (t) => {
  const site = await startSmallSite();
  atEnd(t, () => site.close());
  const agent = newAgent({ server: site.url, rootFingerprint: site.keys.rootFingerprint });
  atEnd(t, () => agent.remove());
  let refusals = 0;
  // Changed after the service has read them, and before it hears that it was refused.
  site.enrollment = {
    get status(): EnrollReply['status'] {
      if (refusals > 0) return 'enrolled';
      refusals += 1;
      agent.configure({ name: 'of-the-command' });
      return 'refused';
    },
  };
  agent.start();
  await until(() => site.connected()[0]);
  assert.deepEqual(
    site.enrollments.map(({ name }) => name === 'of-the-command'),
    [false, true],
  );
});
