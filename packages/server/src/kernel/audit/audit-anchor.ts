import { readFile } from 'node:fs/promises';
import type { Reader } from '../database/database.ts';
import { writeFileDurably } from '../durable-file.ts';
import type { Log } from '../log.ts';
import { genesis, type Head, walkChain } from './chain.ts';

/** Where the head of the audit chain is kept outside of the database, signed by the site. */
export interface AuditAnchor {
  /** Makes the anchor of a new site, and follows what was committed before a crash. */
  start(): Promise<void>;
  /** There are new entries: the anchor follows soon; several calls become one write. */
  advance(): void;
  read(): Promise<Head | 'missing' | 'invalid'>;
  /** Resolves when the anchor has followed. */
  settled(): Promise<void>;
}

export interface AnchorKey {
  sign(text: string): string;
  verify(text: string, signature: string): boolean;
}

export interface AnchorOptions {
  readonly file: string;
  readonly key: AnchorKey;
  readonly read: Reader;
  readonly log: Log;
}

/**
 * The anchor moves forward only along a chain that holds, from the entry that it names: after a tail was cut off
 * or entries were changed it stays where it is, so that new entries cannot cover the traces.
 */
export function createAuditAnchor(options: AnchorOptions): AuditAnchor {
  let following: Promise<void> | undefined;
  let isBehind = false;
  const follow = async () => {
    while (isBehind) {
      isBehind = false;
      await moveForward(options).catch((error: unknown) => {
        options.log.error({ err: error, file: options.file }, 'the audit anchor was not written');
      });
    }
    following = undefined;
  };
  return {
    async start() {
      const isNewSite = (await readAnchor(options)) === 'missing' && (await isEmpty(options.read));
      if (isNewSite) await writeAnchor(options, genesis);
      await moveForward(options);
    },
    advance() {
      isBehind = true;
      following ??= follow();
    },
    read: () => readAnchor(options),
    settled: async () => following,
  };
}

async function moveForward(options: AnchorOptions) {
  const anchor = await readAnchor(options);
  if (typeof anchor === 'string')
    return options.log.error({ anchor }, 'the audit anchor is gone or was altered');
  const { head, problem } = await walkChain(options.read, anchor);
  if (problem) options.log.error({ seq: head.seq, problem }, 'the audit log was tampered with');
  if (head.seq > anchor.seq) await writeAnchor(options, head);
}

async function isEmpty(read: Reader): Promise<boolean> {
  return (await read.one('SELECT seq FROM kernel_audit LIMIT 1')) === undefined;
}

async function writeAnchor({ file, key }: AnchorOptions, head: Head) {
  const body = { seq: head.seq, hash: head.hash, signature: key.sign(proof(head)) };
  await writeFileDurably(file, `${JSON.stringify(body)}\n`, 0o600);
}

async function readAnchor({ file, key }: AnchorOptions): Promise<Head | 'missing' | 'invalid'> {
  try {
    const { seq, hash, signature } = JSON.parse(await readFile(file, 'utf8'));
    return key.verify(proof({ seq, hash }), signature) ? { seq, hash } : 'invalid';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'missing' : 'invalid';
  }
}

/** Domain separation: a signature over an anchor can never be one over an order. */
function proof({ seq, hash }: Head): string {
  return `tenkai-audit-1\n${seq}\n${hash}`;
}
