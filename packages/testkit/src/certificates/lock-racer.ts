/**
 * A process that wants the lock of a folder, sees whether it is alone in it, and is killed there: each death leaves a
 * stale lock to all that still wait. Its disk is slow at random, as under load, so that any gap between looking and
 * acting is met. Arguments: the folder that is locked, a folder for what it tells.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';

const [folder = '', told = ''] = process.argv.slice(2);
const pause = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
const { openSync, closeSync, rmSync } = fs;

function slow<Args extends unknown[], Result>(act: (...args: Args) => Result) {
  return (...args: Args) => {
    pause(Math.random() * 30);
    return act(...args);
  };
}
Object.assign(fs, {
  rmSync: slow(fs.rmSync),
  linkSync: slow(fs.linkSync),
  renameSync: slow(fs.renameSync),
  writeFileSync: slow(fs.writeFileSync),
});
syncBuiltinESMExports();

const { lockFolder } = await import('@tenkai/certificates/folder-lock.ts');
await lockFolder(folder, { store: folder, waitMs: 60_000, signal: AbortSignal.timeout(90_000) });
const inside = join(told, 'inside');
closeSync(openSync(inside, 'wx'));
pause(30);
rmSync(inside);
closeSync(openSync(join(told, `alone-${process.pid}`), 'wx'));
process.kill(process.pid, 'SIGKILL');
