import type { MasterProfile, RunbookLanguage } from '@tenkai/domain/master/index.ts';

export interface CommonOptions {
  readonly root?: string;
  readonly json?: boolean;
}

export interface AuditOptions extends CommonOptions {
  readonly profile?: MasterProfile;
}

export interface DefinitionsOptions extends CommonOptions {
  readonly sums?: string;
}

export interface RunbookOptions extends AuditOptions {
  readonly language?: RunbookLanguage;
  readonly system?: 'linux' | 'windows';
  readonly reCapture?: boolean;
  readonly locator?: string;
  readonly dnsSuffix?: string;
}
export interface ManifestOptions extends CommonOptions {
  readonly keyFile: string;
}
export interface VerifyOptions extends CommonOptions {
  readonly publicKey: string;
  readonly acceptFindings?: boolean;
}
