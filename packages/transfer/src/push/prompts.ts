import { execFile } from 'node:child_process';
import { chmod, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface Prompts {
  /** With these a program of OpenSSH asks here instead of at a terminal. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** More than any program asks; whoever asks still more waits until its limit. */
const mostQuestions = 32;

/**
 * Answers the questions of one program of OpenSSH (SSH_ASKPASS, ssh(1)) with a password. It waits in a pipe with a name
 * that only we may open, so that it stands in no file, no argument and no environment, and is gone with this process.
 * @param times how often it is given; further questions are answered by nothing, on which programs give up
 * @throws Error where the system has no named pipes
 */
export async function answerPrompts(password: string, times: number): Promise<Prompts> {
  const folder = await mkdtemp(join(tmpdir(), 'tenkai-push-'));
  try {
    const [pipe, program] = [join(folder, 'answer'), join(folder, 'askpass')];
    await promisify(execFile)('mkfifo', ['-m', '600', pipe], { timeout: 10_000 });
    await writeFile(program, `#!/bin/sh\nIFS= read -r answer <'${pipe}' && printf '%s\\n' "$answer"\n`);
    await chmod(program, 0o700);
    // Opened for both directions, a pipe blocks neither the one who opens it nor the one who writes.
    const handle = await open(pipe, 'r+');
    await handle.write(`${password}\n`.repeat(times) + '\n'.repeat(mostQuestions));
    return {
      env: { SSH_ASKPASS: program, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: 'none' },
      async close() {
        await handle.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
