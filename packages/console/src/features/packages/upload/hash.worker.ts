import { type HashedFile, hashFile } from './hash-file.ts';

export type HashRequest = { readonly id: number; readonly file: File };
export type HashReply =
  | { readonly id: number; readonly bytes: number }
  | { readonly id: number; readonly hashed: HashedFile }
  | { readonly id: number; readonly error: string };

/** Hashes files one after the other, away from the thread that draws the page. */
self.addEventListener('message', async ({ data }: MessageEvent<HashRequest>) => {
  const reply = (message: HashReply) => self.postMessage(message);
  try {
    const hashed = await hashFile(data.file, (bytes) => reply({ id: data.id, bytes }));
    reply({ id: data.id, hashed });
  } catch (error) {
    reply({ id: data.id, error: error instanceof Error ? error.message : String(error) });
  }
});
