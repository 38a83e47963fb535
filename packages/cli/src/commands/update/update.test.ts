import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packageRoutes } from '@tenkai/protocol';
import { atEnd } from '@tenkai/testkit/at-end.ts';
import { aHeartbeat, aWholeInventory, enrolledAgent } from '@tenkai/testkit/bare-agent.ts';
import { anInventory } from '@tenkai/testkit/builders.ts';
import { aDraft } from '@tenkai/testkit/package-draft.ts';
import { startTestServer } from '@tenkai/testkit/start-server.ts';
import { cliOf, createCli } from '@tenkai/testkit/tenkai-cli.ts';

test('BAUT-07, BAUT-26: automatic update can be set, looked at, held and excluded from the command line', async (t) => {
  const server = await startTestServer({ listen: true });
  atEnd(t, () => server.stop());
  const agent = await enrolledAgent(server, { name: 'web-1' });
  await agent.report(aHeartbeat(), aWholeInventory(anInventory()));
  const settle = async () => {
    for (let round = 0; round < 3; round++) {
      await server.kernel.events.idle();
      await server.kernel.jobs.idle();
      await server.app.updates.idle();
    }
  };
  const cli = await cliOf(t, server);
  const run = (...words: string[]) => cli.run(words);
  const set = await run('update', 'policy', 'isOn=false', 'time=04:30', 'timeZone=Asia/Tokyo');
  assert.equal(set.code, 0, set.stderr);
  assert.match(set.stdout, /time +"04:30"/);
  assert.equal((await run('update', 'policy', 'tea=now')).code, 2);
  assert.equal((await run('update', 'policy', 'timeZone=Mars')).code, 1);
  await server.call(packageRoutes.create, {
    body: { draft: aDraft({ urgency: 'highest' }), contentId: null },
  });
  await settle();
  const foretold = await run('update', 'preview', 'isOn=true');
  assert.match(foretold.stdout, /1 of 1 machines would begin now/);
  const changes = await run('update', 'what-if', 'isOn=true');
  assert.match(changes.stdout, /web-1 +hello +gains/);
  assert.match(changes.stdout, /gains 1, loses 0/);
  assert.equal((await run('update', 'what-if')).code, 2);
  assert.match((await run('update', 'list')).stdout, /hello +1\.0 +highest/);
  await run('update', 'policy', 'isOn=true');
  await settle();
  const states = JSON.parse((await run('update', 'machine', 'web-1', '--json')).stdout);
  assert.equal(states.items[0].state, 'delivering');
  assert.match((await run('update', 'hold', 'hello', '--note', 'ticket 7')).stdout, /Held hello/);
  await settle();
  assert.match((await run('update', 'machines', 'hello', '--state', 'held')).stdout, /web-1 +held.*ticket 7/);
  assert.match((await run('update', 'release', 'hello')).stdout, /Released/);
  assert.equal((await run('update', 'exclude', '--machine', 'web-1', '--collection', 'all')).code, 0);
  assert.match((await run('update', 'excluded')).stdout, /machine +web-1/);
  assert.equal((await run('update', 'include', '--machine', 'web-1')).code, 0);
});

test('HOTFIX-28: update kinds is a glossary in the language of the user', async (t) => {
  const { run, json } = await createCli(t);
  const kinds: { key: string; name: string }[] = await json(['update', 'kinds']);
  assert.ok(kinds.some(({ key, name }) => key === 'service-pack' && name === 'Service pack'));
  const japanese = await run(['update', 'kinds'], { env: { LANG: 'ja_JP.UTF-8' } });
  assert.match(japanese.stdout, /サービスパック/);
});
