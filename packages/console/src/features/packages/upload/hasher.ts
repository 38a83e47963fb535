import type { HashReply, HashRequest } from './hash.worker.ts';
import type { HashedFile } from './hash-file.ts';

export interface Hasher {
  /** @throws Error when the browser cannot read the file any more */
  hash(file: File, onBytes: (bytes: number) => void): Promise<HashedFile>;
  stop(): void;
}

/** One worker for one upload. */
export function startHasher(): Hasher {
  const worker = new Worker(new URL('./hash.worker.ts', import.meta.url), { type: 'module' });
  let lastId = 0;
  return {
    hash(file, onBytes) {
      lastId += 1;
      const id = lastId;
      return new Promise((resolve, reject) => {
        const onMessage = ({ data }: MessageEvent<HashReply>) => {
          if (data.id !== id) return;
          if ('bytes' in data) return onBytes(data.bytes);
          worker.removeEventListener('message', onMessage);
          if ('hashed' in data) resolve(data.hashed);
          else reject(new Error(`${file.name}: ${data.error}`));
        };
        worker.addEventListener('message', onMessage);
        worker.addEventListener('error', (event) => reject(new Error(event.message)), { once: true });
        worker.postMessage({ id, file } satisfies HashRequest);
      });
    },
    stop: () => worker.terminate(),
  };
}
