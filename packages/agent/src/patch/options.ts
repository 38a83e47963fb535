export interface PatchOptions {
  readonly json?: boolean;
  readonly dryRun?: boolean;
  readonly restart?: boolean;
  readonly asOriginal?: boolean;
}
