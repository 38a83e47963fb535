import { createCipheriv, createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

const MIB = 1024 * 1024;

/** Bytes that do not compress and are the same for the same seed: a key stream. */
export async function writeSeeded(path: string, sizeMib: number, seed: string): Promise<void> {
  const key = createHash('sha256').update(seed).digest();
  const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  const zeros = Buffer.alloc(MIB);
  async function* pieces() {
    for (let index = 0; index < sizeMib; index++) yield cipher.update(zeros);
  }
  await pipeline(pieces, createWriteStream(path));
}
