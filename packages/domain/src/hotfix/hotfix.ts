/** Which service level of the product a file or a machine belongs to: each has versions of its own (HOTFIX-22). */
export interface ServiceLine {
  /** `SP1`, `SP2`. */
  readonly level: string;
  /** The first three parts of every version of the line: `4.0.6487`. */
  readonly prefix: string;
}

export type FilePlatform = 'x86' | 'x64' | 'ia64';

/** One row of a hotfix's file table; its key is name and platform together (HOTFIX-20). */
export interface HotfixFile {
  readonly name: string;
  /** Null: the table says n/a, as for cab, msi and msp (HOTFIX-16). */
  readonly version: string | null;
  readonly sizeBytes: number;
  /** ISO 8601 in UTC; null: the table's date cannot be read. Never compared (HOTFIX-15). */
  readonly writtenAt: string | null;
  /** As the table has it, where it cannot be read (HOTFIX-19). */
  readonly rawDate?: string;
  readonly platform: FilePlatform | null;
}

/** What is known about a hotfix (HOTFIX-01). */
export interface Hotfix {
  /** `KB977203`. */
  readonly id: string;
  readonly title: string;
  readonly symptom: string;
  readonly cause: string;
  readonly resolution: string;
  /** Levels of which one must be there (HOTFIX-02). */
  readonly requires: readonly string[];
  readonly needsRestart: boolean;
  readonly replaces: readonly string[];
  readonly languages: readonly string[];
  /** How one gets it (HOTFIX-10). */
  readonly acquisition: 'downloadable' | 'by-request';
  /** Programs that come with it and that a later fix need not carry (HOTFIX-07). */
  readonly tools: readonly string[];
  /** File tables by level; none: not known to us. */
  readonly files: Readonly<Record<string, readonly HotfixFile[]>>;
}

/** Name of a file as tables compare it: Windows does not tell letters' cases apart. */
export function fileKey({ name, platform }: Pick<HotfixFile, 'name' | 'platform'>): string {
  return `${name.toLowerCase()}\n${platform ?? ''}`;
}
