import type { PlatformTarget } from '@tenkai/domain/software/platform-target.ts';
import { defaultExitCodes, defaultRunOptions, type Program } from '@tenkai/domain/software/program.ts';
import type { PackageDraft } from '@tenkai/domain/software/software-package.ts';

export const newProgram = (name: string): Program => ({
  name,
  executable: null,
  parameters: '',
  options: defaultRunOptions,
  exitCodes: defaultExitCodes,
  targets: [],
  requires: [],
});

/** What the form starts from; a new package is of normal urgency (BPKG-13). */
export const newDraft: PackageDraft = {
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
  programs: [newProgram('install')],
  restartAfterInstall: false,
  standalone: false,
  before: null,
  after: null,
};

export const newTarget: PlatformTarget = { operatingSystem: 'linux', language: 'any', architecture: 'any' };
