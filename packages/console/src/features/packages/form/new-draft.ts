import { newPackageDraft, newProgram as newProgramOf } from '@tenkai/domain/software/new-draft.ts';
import type { PlatformTarget } from '@tenkai/domain/software/platform-target.ts';
import type { Program } from '@tenkai/domain/software/program.ts';
import type { PackageDraft } from '@tenkai/domain/software/software-package.ts';

export const newProgram = (name: string): Program => newProgramOf({ name });

/** What the form starts from: the same as the command line, so that the same input makes the same package (BPKG-02). */
export const newDraft: PackageDraft = newPackageDraft();

export const newTarget: PlatformTarget = { operatingSystem: 'linux', language: 'any', architecture: 'any' };
