import { defaultExitCodes, defaultRunOptions, type Program } from './program.ts';
import type { PackageDraft } from './software-package.ts';

/**
 * What console and CLI start from, so that the same input makes the same descriptor in both (BPKG-02). Urgency is
 * *normal*, as the old form shows it (BPKG-13).
 */
export function newPackageDraft(over: Partial<PackageDraft> = {}): PackageDraft {
  return {
    id: '',
    name: '',
    publisher: '',
    version: '',
    language: 'ALL',
    releaseDate: '',
    summary: '',
    type: 'application',
    urgency: 'normal',
    advisoryId: '',
    identification: '',
    majorVersion: null,
    minorVersion: null,
    targets: [],
    condition: null,
    detection: [],
    programs: [newProgram()],
    restartAfterInstall: false,
    standalone: false,
    before: null,
    after: null,
    ...over,
  };
}

export function newProgram(over: Partial<Program> = {}): Program {
  return {
    name: 'install',
    executable: null,
    parameters: '',
    options: { ...defaultRunOptions },
    exitCodes: { success: [...defaultExitCodes.success], restart: [...defaultExitCodes.restart] },
    targets: [],
    requires: [],
    ...over,
  };
}

/** A text that is no longer than `limit` in UTF-8 bytes; a character is never cut in half (BPKG-10). */
export function cutToBytes(text: string, limit: number): string {
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    bytes += new TextEncoder().encode(character).length;
    if (bytes > limit) break;
    end += character.length;
  }
  return text.slice(0, end);
}
