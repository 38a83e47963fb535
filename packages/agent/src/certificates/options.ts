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

export interface WithdrawOptions extends CommonOptions {
  /** Version of the agent that is being removed. */
  readonly removalOf?: string;
}
