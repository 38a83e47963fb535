import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { startCutProxy } from '@tenkai/testkit/cut-proxy.ts';
import { newAgent, until } from '@tenkai/testkit/small-site/run-agent.ts';
import { startSmallSite } from '@tenkai/testkit/small-site/small-site.ts';
import { readSettings } from '../settings.ts';

test('BAGT-25: the site tells its agents where it will be; they follow it there, and no other site', {
  timeout: 400_000,
}, async (t) => {
  const [site, other] = [await startSmallSite(), await startSmallSite()];
  for (const one of [site, other]) atEnd(t, () => one.close());
  const oldPlace = await startCutProxy({ toPort: Number(new URL(site.url).port) });
  atEnd(t, () => oldPlace.stop());
  const agent = newAgent();
  atEnd(t, () => agent.remove());
  const server = `https://localhost:${oldPlace.port}`;
  // Heartbeats bring the facts: often, so that nobody waits.
  const heartbeatMs = 200;
  site.reply = { heartbeatMs };
  agent.configure({ server, rootFingerprint: site.keys.rootFingerprint });
  agent.start();
  const hear = (address: string) => {
    site.reply = { heartbeatMs, site: { multicastPorts: null, address } };
  };
  const beats = () => site.reports.filter(({ report }) => report.kind === 'heartbeat').length;
  const nextBeat = () => {
    const before = beats();
    return until(() => beats() > before + 1);
  };
  await until(() => site.connected()[0]);

  hear(other.url);
  await until(() => other.requests.length > 1);
  await nextBeat();
  assert.equal(readSettings(agent.data).server, server, 'another site answers there');
  assert.equal(other.enrollments.length, 0);

  hear(site.url);
  await until(() => readSettings(agent.data).server === site.url);
  await oldPlace.stop();
  site.cut();
  await nextBeat();
  assert.equal(site.enrollments.length, 1, 'it is the same machine');
});
