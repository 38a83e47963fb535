export interface AssignOptions {
  readonly explain?: boolean;
  readonly json?: boolean;
  readonly dryRun?: boolean;
  readonly check?: boolean;
  readonly search?: boolean;
  readonly hold?: boolean;
  readonly release?: boolean;
  readonly dnsServer?: readonly string[];
  readonly propertiesFile?: string;
  readonly byInstallation?: boolean;
}
