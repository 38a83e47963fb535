import type { MasterProfile, ProtectionEngine, RunbookLanguage } from '@tenkai/domain/master/index.ts';

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
  /** Such as 6.1; of no meaning on Linux. */
  readonly systemVersion?: string;
  readonly engine?: ProtectionEngine | 'none';
  /** False: the network inspection system is off. */
  readonly networkInspection?: boolean;
  readonly reCapture?: boolean;
  readonly candidates?: string;
  readonly rootFingerprint?: string;
  readonly locator?: string;
  readonly dnsSuffix?: string;
}
export interface ManifestOptions extends AuditOptions {
  readonly keyFile: string;
}
export interface VerifyOptions extends AuditOptions {
  readonly publicKey: string;
  readonly acceptFindings?: boolean;
}
