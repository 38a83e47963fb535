import { existsSync, readFileSync } from 'node:fs';
import type { Head } from './audit.ts';
import { writeFileDurably } from './durable-file.ts';
import type { Log } from './log.ts';

/** Where the head of the audit chain is kept outside of the database, signed by the site. */
export interface AuditAnchor {
  /** Notes a new head; several in a row are written as one. */
  advance(head: Head): void;
  read(): Head | 'missing' | 'invalid';
  /** Resolves when the newest head is on disk. */
  settled(): Promise<void>;
}

export interface AnchorKey {
  sign(text: string): string;
  verify(text: string, signature: string): boolean;
}

export function createAuditAnchor({
  file,
  key,
  log,
}: {
  file: string;
  key: AnchorKey;
  log: Log;
}): AuditAnchor {
  let newest: Head = { seq: 0, hash: '' };
  let written = 0;
  let writing: Promise<void> | undefined;

  const write = async () => {
    while (written < newest.seq) {
      const head = newest;
      const body = { seq: head.seq, hash: head.hash, signature: key.sign(proof(head)) };
      await writeFileDurably(file, `${JSON.stringify(body)}\n`, 0o600);
      written = head.seq;
    }
  };
  return {
    advance(head) {
      if (head.seq <= newest.seq) return;
      newest = head;
      writing ??= write()
        .catch((error: unknown) => log.error({ err: error, file }, 'the audit anchor was not written'))
        .finally(() => {
          writing = undefined;
        });
    },
    read: () => readAnchor(file, key),
    async settled() {
      await writing;
    },
  };
}

function readAnchor(file: string, key: AnchorKey): Head | 'missing' | 'invalid' {
  if (!existsSync(file)) return 'missing';
  try {
    const { seq, hash, signature } = JSON.parse(readFileSync(file, 'utf8'));
    return key.verify(proof({ seq, hash }), signature) ? { seq, hash } : 'invalid';
  } catch {
    return 'invalid';
  }
}

/** Domain separation: a signature over an anchor can never be one over an order. */
function proof({ seq, hash }: Head): string {
  return `tenkai-audit-1\n${seq}\n${hash}`;
}
