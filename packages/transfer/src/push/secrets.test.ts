import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { holdKey } from './key-agent.ts';
import { answerPrompts } from './prompts.ts';

const run = promisify(execFile);
const noSsh = !existsSync('/usr/bin/ssh-agent') && 'OpenSSH is MISSING';
const limit = () => AbortSignal.timeout(30_000);

test('a password answers each question, and stands in no file', async () => {
  const password = `pa$s'"wörd `;
  const prompts = await answerPrompts(password, 3);
  const program = prompts.env.SSH_ASKPASS ?? '';
  for (let times = 0; times < 3; times += 1)
    assert.equal((await run(program, ['Password: '], { timeout: 10_000 })).stdout, `${password}\n`);
  assert.ok(!(await readFile(program, 'utf8')).includes(password));
  assert.ok(!JSON.stringify(prompts.env).includes('wörd'));
  await prompts.close();
  assert.equal(existsSync(dirname(program)), false);
});

describe('a private key in an agent of its own', { skip: noSsh }, () => {
  test('is held, with its passphrase, until it is let go', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'tenkai-key-test-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, 'key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'a phrase', '-f', file]);
    const text = await readFile(file, 'utf8');
    await assert.rejects(holdKey({ text, passphrase: 'another' }, limit()));
    await assert.rejects(holdKey({ text: 'no key' }, limit()));
    const agent = await holdKey({ text, passphrase: 'a phrase' }, limit());
    const { stdout } = await run('ssh-add', ['-L'], {
      env: { SSH_AUTH_SOCK: agent.socket, PATH: process.env.PATH },
    });
    assert.ok((await readFile(`${file}.pub`, 'utf8')).startsWith(stdout.split(' ').slice(0, 2).join(' ')));
    await agent.close();
    assert.equal(existsSync(agent.socket), false);
  });
});
