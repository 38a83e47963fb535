import { randomUUID } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { renameDurably } from '@tenkai/transfer/disk/durable.ts';

/** Replaces a file as a whole: after a power cut there is the old content or the new one, never a part. */
export async function writeFileDurably(file: string, content: string | Uint8Array, mode: number) {
  const temporary = `${file}.${randomUUID()}.tmp`;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(temporary, 'wx', mode);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await renameDurably(temporary, file);
}
