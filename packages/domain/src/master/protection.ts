/** Endpoint protection in the image: which definitions an engine needs there, by the rule of the system (MASTER-25..29). */

export type ProtectionEngine = 'scep' | 'clamav';

export type DefinitionKind =
  | 'antivirus'
  | 'network-inspection'
  | 'clamav-main'
  | 'clamav-daily'
  | 'clamav-bytecode'
  /** Signatures that the site has written itself. */
  | 'clamav-own';

/** One definition package that is in place (MASTER-28). */
export interface DefinitionPackage {
  readonly kind: DefinitionKind;
  readonly version: string;
  /** When it was built, ISO 8601. */
  readonly builtAt: string;
  /** Null: for every one. */
  readonly architecture: 'x86' | 'x64' | null;
  /** Of the whole file, hex. */
  readonly sha256: string;
}

export interface ProtectionFacts {
  readonly system: 'linux' | 'windows';
  /** `6.1` for Windows 7, `6.3` for Windows 8.1, `10.0` for Windows 10 and 11; of no meaning on Linux. */
  readonly systemVersion: string;
  /** Null: none is installed that we know. */
  readonly engine: ProtectionEngine | null;
  /** The network inspection system is on, as it is by default (MASTER-27). */
  readonly hasNetworkInspection: boolean;
}

export interface ProtectionNeed {
  /** Null: the slot has to be filled. */
  readonly whyNot: Extract<NotNeeded, 'protection-built-in' | 'no-engine'> | null;
  readonly kinds: readonly DefinitionKind[];
}

const oldWindows = ['6.1', '6.3'];

/**
 * What the slot before step 7 has to hold. System Center Endpoint Protection ends with Windows 8.1 (MASTER-29); what
 * came later protects itself. `bytecode` makes ClamAV better and is not needed by it.
 */
export function protectionNeed(facts: ProtectionFacts): ProtectionNeed {
  const { system, systemVersion, engine, hasNetworkInspection } = facts;
  const isOld = oldWindows.some((version) => `${systemVersion}.`.startsWith(`${version}.`));
  if (system === 'windows' && !isOld) return { whyNot: 'protection-built-in', kinds: [] };
  if (engine === null || (engine === 'scep') !== (system === 'windows'))
    return { whyNot: 'no-engine', kinds: [] };
  if (engine === 'clamav') return { whyNot: null, kinds: ['clamav-main', 'clamav-daily'] };
  return { whyNot: null, kinds: hasNetworkInspection ? ['antivirus', 'network-inspection'] : ['antivirus'] };
}

/** The kinds that are not there yet. */
export function missingDefinitions(
  { kinds }: ProtectionNeed,
  present: readonly Pick<DefinitionPackage, 'kind'>[],
): DefinitionKind[] {
  return kinds.filter((kind) => !present.some((each) => each.kind === kind));
}

export type NotNeeded = 'site-published' | 'never-contacted' | 'protection-built-in' | 'no-engine';
