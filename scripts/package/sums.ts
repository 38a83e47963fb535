/** `SHA256SUMS` of a folder with artefacts, in the form of sha256sum(1). */
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listArtefacts } from './artefacts.ts';

export const sumsFile = 'SHA256SUMS';

/** Names everything of ours that is in the folder, as it is now (AGENT-08). */
export async function writeSums(folder: string): Promise<void> {
  const lines = (await listArtefacts(folder)).map(({ file, sha256 }) => `${sha256}  ${file}\n`);
  const sums = join(folder, sumsFile);
  await writeFile(`${sums}.${process.pid}`, lines.join(''));
  await rename(`${sums}.${process.pid}`, sums);
}
