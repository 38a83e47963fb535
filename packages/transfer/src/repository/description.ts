import { createHash } from 'node:crypto';
import type { PackageDraft } from '@tenkai/domain';
import { canonicalJson } from '@tenkai/domain/canonical-json.ts';
import { Failure } from './failures.ts';
import { descriptionPath, type RepositoryEntry } from './index-file.ts';

/** A package as its publisher describes it: every field of the form (BPKG-02), without site or revision. */
export interface PackageDescription {
  readonly format: 1;
  readonly draft: PackageDraft;
}

export function describePackage(draft: PackageDraft): { text: string; sha256: string } {
  const description: PackageDescription = { format: 1, draft };
  const text = canonicalJson(description);
  return { text, sha256: sha256Text(text) };
}

/**
 * The draft of a description whose hash is the one of the index. Whether its fields are right is for the caller.
 * @throws Failure repository-file-wrong, repository-invalid
 */
export function readDescription(bytes: Uint8Array, entry: RepositoryEntry): { readonly id: string } {
  const path = descriptionPath(entry);
  if (sha256Text(bytes) !== entry.description) throw new Failure('repository-file-wrong', { path });
  const { format, draft } = parsed(bytes, path);
  if (format !== 1 || typeof draft !== 'object' || draft === null || draft.id !== entry.id) {
    throw new Failure('repository-invalid', { path });
  }
  return draft;
}

function parsed(bytes: Uint8Array, path: string): Partial<PackageDescription> {
  try {
    return Object(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (cause) {
    throw new Failure('repository-invalid', { path }, { cause });
  }
}

function sha256Text(text: string | Uint8Array): string {
  return createHash('sha256').update(text).digest('hex');
}
