export interface CommonOptions {
  readonly json?: boolean;
}

export interface PurgeOptions extends CommonOptions {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

export interface BundleOptions extends CommonOptions {
  readonly passwordFile: string;
}
