import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Failure } from '@tenkai/domain/failure.ts';
import type { PushKey } from '@tenkai/protocol/api/push-keys.ts';
import { fingerprintsOf } from '@tenkai/transfer/push/host-keys.ts';
import type { Clock } from '../../kernel/clock.ts';
import { writeFileDurably } from '../../kernel/durable-file.ts';
import { newId } from '../../kernel/ids.ts';

const run = promisify(execFile);
/** One in use, and the one that takes its place. */
const mostKeys = 2;
const limitMs = 30_000;

export interface SiteKeys {
  list(): Promise<PushKey[]>;
  /** Paths of the private halves, as ssh takes them. */
  files(): Promise<string[]>;
  /** @throws Failure push-site-keys-enough, push-program-missing */
  create(comment: string): Promise<PushKey>;
  /** @throws Failure not-found */
  remove(id: string): Promise<PushKey>;
}

/** The site's own keys for pushes, beside its other keys: files that the server alone can read. */
export function createSiteKeys({ dir, clock }: { readonly dir: string; readonly clock: Clock }): SiteKeys {
  const fileOf = (id: string) => join(dir, `push-${id}.key`);
  const ids = async () =>
    (await readdir(dir)).flatMap((name) => /^push-([\da-f-]{36})\.key$/.exec(name)?.[1] ?? []).sort();
  const read = async (id: string): Promise<PushKey> => {
    const publicKey = (await readFile(`${fileOf(id)}.pub`, 'utf8')).trim();
    const [fingerprint = ''] = await fingerprintsOf(`${publicKey}\n`, AbortSignal.timeout(limitMs));
    const createdAt = Number.parseInt(id.replace('-', '').slice(0, 12), 16);
    return { id, publicKey, fingerprint: fingerprint.split(' ')[0] ?? '', createdAt };
  };
  const list = async () => Promise.all((await ids()).map(read));
  return {
    list,
    files: async () => (await ids()).map(fileOf),
    async create(comment) {
      if ((await ids()).length >= mostKeys) throw new Failure('push-site-keys-enough');
      const id = newId(clock.now());
      const made = await makePair(join(dir, `push-${id}.new`), comment);
      await writeFileDurably(`${fileOf(id)}.pub`, made.publicKey, 0o600);
      await writeFileDurably(fileOf(id), made.privateKey, 0o600);
      return read(id);
    },
    async remove(id) {
      if (!(await ids()).includes(id)) throw new Failure('not-found', { what: 'push key', id });
      const key = await read(id);
      await rm(fileOf(id));
      await rm(`${fileOf(id)}.pub`, { force: true });
      return key;
    },
  };
}

async function makePair(folder: string, comment: string) {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    const file = join(folder, 'key');
    const args = ['-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', file];
    await run('ssh-keygen', args, { timeout: limitMs }).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'ENOENT'
        ? new Failure('push-program-missing', {}, { detail: 'ssh-keygen' })
        : error;
    });
    return { privateKey: await readFile(file, 'utf8'), publicKey: await readFile(`${file}.pub`, 'utf8') };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
