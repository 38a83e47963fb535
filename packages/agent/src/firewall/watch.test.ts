import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { pino } from 'pino';
import { dataFolder, makeDataFolder } from '../data-folder.ts';
import { openOutbox } from '../outbox/outbox.ts';
import type { Service } from '../service/service-state.ts';
import { writeSettings } from '../settings.ts';
import { createFirewallWatch } from './watch.ts';

test('a firewall that is no longer looked at is not told of: what was found before is forgotten, and the site hears it', {
  timeout: 60_000,
}, async (t) => {
  // Without rights nothing is ever looked at; the look itself changes nothing on this machine.
  if (process.getuid?.() !== 0) return t.skip('to LOOK AT A FIREWALL one must be root');
  const folder = mkdtempSync(join(tmpdir(), 'tenkai-watch-'));
  atEnd(t, () => rmSync(folder, { recursive: true }));
  const data = dataFolder(folder);
  makeDataFolder(data);
  const outbox = openOutbox({ folder: data.outbox, now: Date.now });
  const service = { data, outbox, log: pino({ level: 'silent' }), env: {}, now: Date.now };
  const told = Promise.withResolvers<void>();
  const watch = createFirewallWatch(service as unknown as Service, told.resolve);
  writeSettings(data, { firewall: { mode: 'report', siteAddresses: ['127.0.0.1'] } });
  const stop = new AbortController();
  const ended = watch.run(stop.signal);
  atEnd(t, async () => {
    stop.abort();
    await ended;
  });
  assert.ok(await watch.fact(), 'there was a first look');
  writeSettings(data, { firewall: { mode: 'off' } });
  watch.soon();
  await told.promise;
  assert.equal(await watch.fact(), undefined);
});
