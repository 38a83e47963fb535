import type {
  DefinitionPackage,
  MasterFacts,
  ProtectionNeed,
  SiteValues,
} from '@tenkai/domain/master/index.ts';
import type { DataFolder } from '../data-folder.ts';
import type { Platform } from '../platform/platform.ts';

/** What a system shows beside the data folder of the agent. Lists hold places. */
export interface SystemFacts
  extends Pick<MasterFacts, 'service' | 'siteValues' | 'siteCode' | 'trustKeys' | 'logs' | 'identities'> {
  readonly keys: readonly string[];
}

/**
 * THE PORT of mastering: what the steps ask of an operating system beside the agent's own data folder. Each act is safe to
 * repeat, tells what it has changed, and may have failed: whether it was enough is looked at afterwards.
 */
export interface MasterSystem {
  readonly family: Platform['family'];
  /** What the operator types when all is done. */
  readonly switchOff: string;
  protection(): ProtectionNeed;
  /** Those that are in place and sound. */
  definitions(): DefinitionPackage[];
  /** @param pin root fingerprint that the image carries on purpose; it counts as none */
  look(pin: string | null): Promise<SystemFacts>;
  /** The service starts with the system no more; it goes on as it is. */
  startByHand(): Promise<string[]>;
  /** Asks the service to end; returns before it has. */
  stopService(): Promise<void>;
  forgetSite(): Promise<string[]>;
  forgetKeys(): Promise<string[]>;
  forgetTrust(): Promise<string[]>;
  writeSiteValues(values: SiteValues, pin: string | null): Promise<string[]>;
  /** With the system and behind the network; nothing is started (AGENT-37). */
  startWithSystem(): Promise<string[]>;
  /** Identities and logs of the system. */
  generalize(): Promise<string[]>;
}

export interface MasterSystemDeps {
  readonly data: DataFolder;
  readonly platform: Platform;
  /** Its systemd is the one that runs here; never so where a folder stands for the machine. */
  readonly isLive: boolean;
}
