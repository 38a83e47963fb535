/** Machines and collections on the command line. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { cliOf } from '@tenkai/testkit/tenkai-cli.ts';
import { type Row, server } from './commands-for-test.ts';

test('collections are made by query and by name, explained and previewed', async (t) => {
  const cli = await cliOf(t, server);
  const made = await cli.run([
    'collection',
    'create',
    '--name',
    'Web',
    '--query',
    'name = "web-1"',
    '--limit',
    'All machines',
  ]);
  assert.equal(made.code, 0, made.stderr);
  await server.kernel.events.idle();
  const members: Row[] = await cli.json(['collection', 'members', 'web']);
  assert.deepEqual(
    members.map(({ name }) => name),
    ['web-1'],
  );
  const why = await cli.run(['collection', 'explain', 'Web', 'db-1']);
  assert.match(why.stdout, /^db-1 is not in Web\n/);
  const preview = await cli.run(['collection', 'preview', 'Web', '--machine', 'db-1', 'web-1']);
  assert.match(preview.stdout, /Added +db-1/);
  assert.equal((await cli.run(['collection', 'modify', 'Web', '--machine', 'web-1'])).code, 0);
  const windows = join(cli.home, 'windows.json');
  const schedule = { kind: 'at', at: '2030-01-01T00:00:00Z' };
  await writeFile(windows, JSON.stringify([{ id: 'w', name: 'Night', schedule, durationMinutes: 60 }]));
  assert.match((await cli.run(['collection', 'windows', 'Web', '--from', windows])).stdout, /Night/);
  assert.equal((await cli.run(['collection', 'remove', 'Web', '--yes'])).code, 0);
});

test('machines are shown, changed, switched and forgotten', async (t) => {
  const cli = await cliOf(t, server);
  assert.match(
    (await cli.run(['machine', 'show', 'web-1'])).stdout,
    /Operating system +Debian GNU\/Linux 12/,
  );
  const set = await cli.run(['machine', 'properties', 'web-1', 'room=A 1', 'owner=anna']);
  assert.equal(set.code, 0, set.stderr);
  assert.deepEqual(await cli.json(['machine', 'properties', 'web-1', 'room=']), { owner: 'anna' });
  const power = await cli.run(['machine', 'power', 'restart', 'web-1', 'db-1', '--delay', '60']);
  assert.match(power.stdout, /web-1 +accepted/);
  assert.equal((await cli.run(['machine', 'timeline', 'web-1'])).code, 0);
  const gone = await cli.run(['machine', 'remove', 'db-1', '--yes']);
  assert.equal(gone.code, 0, gone.stderr);
  assert.match((await cli.run(['machine', 'show', 'db-1'])).stderr, /not-found/);
});
