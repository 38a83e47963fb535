import { isAgentPatchId } from '@tenkai/domain/agent-patch/agent-patch.ts';
import { Failure } from '@tenkai/domain/failure.ts';
import { type MspPatch, openMsp, signatureFileOf } from '@tenkai/protocol/agent/msp.ts';
import type { DataFolder } from '../../data-folder.ts';
import { readSettings } from '../../settings.ts';
import { readSource } from '../read-source.ts';

export interface OpenedMsp {
  readonly patch: MspPatch;
  readonly bytes: Buffer;
  readonly signature: Buffer;
}

/**
 * A client patch with the signature beside it.
 * @param source absolute path, or https address; a site gives by their id what it has for Linux alone
 * @throws Failure agent-patch-missing, -file-only, -unsigned, and as openMsp
 * Source: HOTFIX-29.
 */
export async function readMsp(data: DataFolder, source: string): Promise<OpenedMsp> {
  if (isAgentPatchId(source)) throw new Failure('agent-patch-file-only', { id: source });
  const settings = readSettings(data);
  const bytes = await readSource(settings, source);
  const signature = await readSource(settings, signatureFileOf(source)).catch((cause) => {
    if (!isAbsent(cause)) throw cause;
    const params = { file: source, signature: signatureFileOf(source) };
    throw new Failure('agent-patch-unsigned', params, { cause });
  });
  const { rootFingerprint } = settings;
  return { patch: openMsp(bytes, signature, { file: source, rootFingerprint }), bytes, signature };
}

/** The place answers, and has no such file. */
const isAbsent = (cause: unknown): cause is Failure =>
  cause instanceof Failure && (cause.code === 'agent-patch-missing' || cause.params.cause === 'HTTP 404');
