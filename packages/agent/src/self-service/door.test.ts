/** What the door refuses: foreign words, unproven users, and everything beside it. */
import assert from 'node:assert/strict';
import { readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { testRunId } from '@tenkai/testkit/small-site/enrolled-agent.ts';
import { spawnAs } from '@tenkai/testkit/small-site/run-agent.ts';
import { doorPaths, type ProofRequest } from './door-words.ts';
import {
  agent,
  door,
  offered,
  online,
  options,
  reported,
  send,
  site,
  user,
} from './self-service-for-test.ts';

test('the door opens to nothing else: table of refusals', options, async () => {
  const machineId = await online();
  site.available.set(machineId, [offered()]);
  assert.equal(statSync(door()).mode & 0o777, 0o666);
  const proof = (name: string) => JSON.stringify({ id: testRunId, proof: name });
  const refusals: [string, string, string, string | undefined, string][] = [
    ['another path', 'GET', '/v1/settings', undefined, 'door-no-such-address'],
    ['a path of objects', 'GET', '/__proto__', undefined, 'door-no-such-address'],
    ['a query', 'GET', '/v1/available?x=1', undefined, 'door-no-such-address'],
    ['another method', 'DELETE', doorPaths.available, undefined, 'door-no-such-address'],
    ['no body', 'POST', doorPaths.install, '', 'request-invalid'],
    ['no JSON', 'POST', doorPaths.install, '{', 'request-invalid'],
    ['no proof', 'POST', doorPaths.install, '{"id":"x"}', 'request-invalid'],
    ['an unknown field', 'POST', doorPaths.proof, '{"user":"root"}', 'request-invalid'],
    ['too much', 'POST', doorPaths.install, JSON.stringify({ id: 'x'.repeat(5000) }), 'request-too-large'],
    ['a proof that is a path', 'POST', doorPaths.install, proof('../etc/passwd'), 'request-invalid'],
    ['a proof that nobody asked for', 'POST', doorPaths.install, proof('tenkai-user-0'), 'user-not-proven'],
    ['for ever', 'POST', doorPaths.postpone, '{"minutes":100000,"proof":"x"}', 'request-invalid'],
    ['no restart', 'GET', doorPaths.restart, undefined, ''],
  ];
  for (const [name, method, path, body, code] of refusals) {
    const answer = await send(method, path, body);
    assert.equal(answer.code, code, name);
    if (code === '') continue;
    const { message, detail, remedy } = answer.reply as Record<string, string>;
    assert.ok(message && remedy && detail !== undefined, name);
  }
  assert.deepEqual(reported('run-request'), []);
});

test(
  'who asks is proven by a file of the own: a link, an open file, foreign words and a second use are refused',
  options,
  async () => {
    const machineId = await online();
    site.available.set(machineId, [offered()]);
    const made: string[] = [];
    const attempt = async (make: (file: string, content: string) => void) => {
      const { folder, name, content } = (await send('POST', doorPaths.proof, '{}')).reply as ProofRequest;
      const file = join(folder, name);
      made.push(file);
      make(file, content);
      const act = () => send('POST', doorPaths.install, JSON.stringify({ id: testRunId, proof: name }));
      return [(await act()).code, (await act()).code];
    };
    const refused = 'user-not-proven';
    const target = join(agent.root, 'of-root');
    try {
      assert.deepEqual(await attempt(() => {}), [refused, refused]);
      assert.deepEqual(await attempt((file, text) => writeFileSync(file, text, { mode: 0o644 })), [
        refused,
        refused,
      ]);
      assert.deepEqual(await attempt((file) => writeFileSync(file, 'x'.repeat(32), { mode: 0o600 })), [
        refused,
        refused,
      ]);
      const asLink = (file: string, text: string) => {
        writeFileSync(target, text, { mode: 0o600 });
        symlinkSync(target, file);
      };
      assert.deepEqual(await attempt(asLink), [refused, refused]);
      assert.deepEqual(reported('run-request'), []);
      assert.deepEqual(await attempt((file, text) => writeFileSync(file, text, { mode: 0o600 })), [
        '',
        refused,
      ]);
    } finally {
      for (const file of made) rmSync(file, { force: true });
    }
  },
);

test(
  'a user without rights reaches nothing of the agent but its door, and is slowed down',
  options,
  async () => {
    const machineId = await online();
    site.available.set(machineId, [offered()]);
    for (const name of readdirSync(agent.data.root)) {
      if (name === 'door') continue;
      const path = join(agent.data.root, name);
      const text = `cat ${path} > /dev/null 2>&1 && echo read; ls ${path}/ > /dev/null 2>&1 && echo listed; touch ${path}/x ${path} 2>/dev/null && echo written; true`;
      const tried = spawnAs(user, ['/bin/sh', '-c', text], { PATH: '/usr/bin:/bin' });
      let out = '';
      tried.stdout?.on('data', (part) => (out += part));
      await new Promise((resolve) => tried.on('close', resolve));
      // The settings hold no secret, the state is for everybody.
      const isOpen = ['agent.json', 'status.json'].includes(name);
      assert.equal(out, isOpen ? 'read\n' : '', name);
    }
    const refused = await agent.commandOf(user, 'check-in');
    assert.equal(refused.status, 1);
    const codes = new Set<string>();
    for (let count = 0; count < 80; count += 1) codes.add((await send('GET', doorPaths.restart)).code);
    assert.ok(codes.has('asked-too-often'));
  },
);
