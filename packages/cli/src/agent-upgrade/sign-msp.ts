import { readFile, writeFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { Failure } from '@tenkai/domain';
import type { AgentPatch } from '@tenkai/domain/agent-patch/agent-patch.ts';
import {
  checkedMsp,
  isMspPatch,
  type MspPatch,
  signatureFileOf,
  tableFileOf,
} from '@tenkai/protocol/agent/msp.ts';
import { readPatchText } from '@tenkai/protocol/agent/patch.ts';
import { signAgentPatch } from '@tenkai/protocol/api/site.ts';
import type { Session } from '../session.ts';

export interface SignOptions {
  readonly symptom?: string;
  readonly replaces?: readonly string[];
  readonly requires?: readonly string[];
}

/**
 * `tenkai agent patch sign`: the site stands for a client patch of Windows. What it signs is the table that was made with
 * the patch and names it by its hash; machines look for the signature beside the patch (HOTFIX-29).
 * @throws Failure agent-patch-unreadable, agent-patch-tampered, file-unreadable
 */
export async function signMsp(session: Session, fileText: string, options: SignOptions): Promise<void> {
  const { terminal, output, connect } = session;
  const file = resolve(terminal.cwd, fileText);
  const patch = await readTable(file, options);
  checkedMsp(patch, await read(file), basename(file));
  const text = JSON.stringify(patch);
  const { client } = await connect();
  const signed = await client(signAgentPatch, { body: { patch: text } });
  const signature = signatureFileOf(file);
  await writeFile(signature, `${JSON.stringify({ patch: text, ...signed }, null, 2)}\n`);
  const result = { file, signature, ...patch };
  output.result(result, () => `${signature}  ${patch.id}  ${patch.msp.sha256}`);
}

async function readTable(file: string, options: SignOptions): Promise<MspPatch> {
  const made = parsed(await read(tableFileOf(file)), tableFileOf(file));
  const { symptom = made.symptom, replaces = made.replaces, requires = made.requires } = options;
  const wanted = { ...made, symptom, replaces, requires, madeAt: new Date().toISOString() };
  const patch = readPatchText(JSON.stringify(wanted), tableFileOf(file));
  if (isMspPatch(patch)) return patch;
  throw new Failure('agent-patch-unreadable', { file, reason: 'its table is not one of an .msp' });
}

function parsed(bytes: Buffer, file: string): Partial<AgentPatch> {
  try {
    return JSON.parse(bytes.toString('utf8')) as Partial<AgentPatch>;
  } catch {
    throw new Failure('agent-patch-unreadable', { file, reason: 'it is no JSON' });
  }
}

async function read(path: string): Promise<Buffer> {
  return readFile(path).catch((cause: NodeJS.ErrnoException) => {
    const reason = cause.code === 'ENOENT' ? 'there is no such file' : String(cause.message);
    throw new Failure('file-unreadable', { path, reason });
  });
}
