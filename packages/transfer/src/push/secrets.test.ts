import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
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

/** Processes whose command line names the socket. */
async function agentsAt(socket: string): Promise<string[]> {
  const { stdout } = await run('ps', ['-eww', '-o', 'pid=,args=']);
  return stdout.split('\n').filter((line) => line.includes(socket));
}

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
    assert.ok((await agentsAt(agent.socket)).length > 0);
    await agent.close();
    assert.equal(existsSync(agent.socket), false);
    assert.deepEqual(await agentsAt(agent.socket), [], 'no memory holds the key any more');
  });

  test('is let go also where whoever holds it is killed', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'tenkai-key-test-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, 'key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
    const program = `
      import { readFile } from 'node:fs/promises';
      import { holdKey } from ${JSON.stringify(import.meta.resolve('./key-agent.ts'))};
      const text = await readFile(${JSON.stringify(file)}, 'utf8');
      console.log((await holdKey({ text }, AbortSignal.timeout(30_000))).socket);
      setInterval(() => undefined, 1000);`;
    const holder = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    t.after(() => holder.kill('SIGKILL'));
    const [said] = (await once(holder.stdout.setEncoding('utf8'), 'data', { signal: limit() })) as [string];
    const socket = said.trim();
    t.after(() => rm(dirname(socket), { recursive: true, force: true }));
    assert.ok((await agentsAt(socket)).length > 0);
    holder.kill('SIGKILL');
    for (const signal = limit(); (await agentsAt(socket)).length > 0; )
      await pause(20, undefined, { signal });
  });
});
