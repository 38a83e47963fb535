import type { ConditionLeaf, Detection, DetectionResult, Inventory, LeafFact } from '@tenkai/domain';

/**
 * THE PORT: all that the agent asks of an operating system. Steps never ask which system it is, they ask what it
 * supports. Windows and the boot environment bring their own; the tests use the real one.
 */
export interface Platform {
  readonly family: 'linux' | 'windows';
  readonly installer: Installer;
  readonly inventory: InventorySource;
  readonly power: Power;
  readonly processes: Processes;
  readonly detection: DetectionSource;
  readonly paths: Paths;
  readonly sessions: Sessions;
  readonly users: Users;
  readonly oldTrust: OldTrust;
  /** Null: patches of the agent are placed by the agent itself. */
  readonly clientPatches: ClientPatches | null;
  /** Null: the system itself starts the agent's service again. */
  readonly ownService: OwnService | null;
  /** Changes with every start of the machine. */
  bootId(): string;
  /** When the machine was started, epoch milliseconds. */
  bootedAt(): number;
  /** Gives a machine from an image what the system did not give it, before it says who it is. */
  firstStart(): void;
}

export interface PlatformOptions {
  /** Folder that stands for the machine's file system; null: the real one. */
  readonly root: string | null;
  /** Program and arguments to which `restart` or `shut-down` is added; null: the system's own way. */
  readonly powerCommand: readonly string[] | null;
  /** Tests "restart" a machine by changing this file; null: the kernel's boot id. */
  readonly bootIdFile: string | null;
  /** Folder of the engine's program and its Node, for hints in errors. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A program as the system is to start it: no shell is involved unless `program` is one. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  /** Windows: the arguments are parts of one command line, joined by blanks and otherwise left as they are. */
  readonly isVerbatim?: boolean;
}

export interface Installer {
  readonly supports: { readonly dpkg: boolean; readonly rpm: boolean };
  /**
   * The parameters of a program as the system gives them to it: byte for byte what an administrator wrote (BPKG-25),
   * with the scenario's variables. Linux has words, Windows one line.
   * @throws Failure parameters-unbalanced
   */
  argumentsOf(parameters: string, variables: Readonly<Record<string, string>>): readonly string[];
  /**
   * How a file of a package is run: by the package manager, by an interpreter, or by itself.
   * @throws Failure interpreter-missing
   */
  commandFor(file: string, args: readonly string[]): Command;
  /** A whole command line for the system's shell. */
  shellCommand(line: string): Command;
  /** @throws Failure interpreter-missing */
  scriptCommand(interpreter: string, scriptFile: string): Command;
}

/** The service of the agent, as the system's manager of services knows it. */
export interface OwnService {
  isRunning(signal: AbortSignal): Promise<boolean>;
  /**
   * Starts it where it is stopped, or as soon as it is; a service that is there no more stays so.
   * @returns whether it was started
   */
  startIfStopped(signal: AbortSignal): Promise<boolean>;
}

/** A patch of the agent as the system's installer lists it. */
export interface ClientPatch {
  /** Its GUID. */
  readonly code: string;
  /** `superseded`: one that came later holds it. */
  readonly state: 'applied' | 'superseded';
  /** As it names itself: `TK1001: Runs end after a lost disk`. */
  readonly name: string;
  readonly isRemovable: boolean;
}

/** Patches of the agent that the system's own installer applies, lists and takes back. */
export interface ClientPatches {
  /** The agent as it was installed, with its patches; null: it was not. */
  installed(signal?: AbortSignal): Promise<{
    readonly product: string;
    readonly patches: readonly ClientPatch[];
  } | null>;
  applyCommand(file: string): Command;
  removalCommand(product: string, code: string): Command;
}

export interface LinkFacts {
  /** While the machine lives on its battery; null: it has mains, or knows of no battery. */
  readonly batteryPercent: number | null;
  /** 0: unknown. */
  readonly linkMbits: number;
  readonly isWireless: boolean;
}

export interface InventorySource {
  collect(signal: AbortSignal): Promise<Omit<Inventory, 'agent'>>;
  /** Facts that stay with the hardware and the installation, whatever is plugged in: for the fingerprint. */
  hardwareFacts(): readonly string[];
  freeBytes(folder: string): Promise<number>;
  /** What speaks for or against sending to neighbours by that card. */
  linkFacts(card: string): LinkFacts;
  /** For people: `Debian GNU/Linux 12 (bookworm)`. */
  systemName(): string;
}

export interface Power {
  readonly supports: { readonly restart: boolean; readonly shutDown: boolean };
  /** Gives the command; returns when it was taken, not when it has happened. @throws Failure power-not-supported */
  restart(signal: AbortSignal): Promise<void>;
  shutDown(signal: AbortSignal): Promise<void>;
  /** True while the system is going down. */
  isStopping(): Promise<boolean>;
}

/** One process, told from another one that later has the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Linux: clock ticks since the machine's start. Windows: the file that the process holds open as long as it lives. */
  readonly startTime: string;
  readonly bootId: string;
}

export interface StartProcess extends Command {
  /** Names everything that belongs to this act, over all its descendants and over a crash of the engine. */
  readonly mark: string;
  /** An empty folder for this process: its number, its output and its exit code are kept there. */
  readonly folder: string;
  readonly workFolder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly rights: 'administrator' | 'user';
  /** Means something on Windows only. */
  readonly window: 'hidden' | 'normal' | 'minimized' | 'maximized';
}

/** A process of the agent itself that must outlive whoever starts it. */
export interface StartOwn extends Command {
  readonly name: string;
  readonly environment: Readonly<Record<string, string>>;
  /** File for what it prints, where nobody else keeps that. */
  readonly output: string;
}

/** How a process ended. `lost`: it is gone and left no exit code, for somebody ended it or the machine restarted. */
export type ProcessEnd = { readonly kind: 'exited'; readonly code: number } | { readonly kind: 'lost' };

export interface Processes {
  /** @throws Failure program-failed */
  startOwn(input: StartOwn): Promise<void>;
  /** @throws Failure rights-missing */
  start(input: StartProcess): Promise<void>;
  /** Waits for the end of a process that was started with this folder, by us or by an engine before us. */
  ended(input: { folder: string; mark: string; signal: AbortSignal }): Promise<ProcessEnd>;
  /** Whether a process was ever started with this folder. */
  wasStarted(folder: string): boolean;
  /** When it was started, epoch milliseconds. */
  startedAt(folder: string): number;
  /** Ends the process, its group, and all its descendants wherever they went; returns when none is left that is found. */
  endAll(input: { folder: string; mark: string }): Promise<void>;
  /** The last part of what was printed, at most `bytes` long. */
  outputTail(folder: string, bytes: number): string;
  /** Keeps the output on the disk bounded; to be called now and then. */
  trimOutput(folder: string): void;
  own(): ProcessIdentity;
  isAlive(identity: ProcessIdentity): boolean;
}

export interface DetectionSource {
  /** Looks whether one rule holds; never throws for what it finds. */
  detect(rule: Detection, signal: AbortSignal): Promise<DetectionResult>;
  /** The version of an installed package; null: not installed. */
  versionOf(source: 'dpkg' | 'rpm' | 'msi', name: string, signal: AbortSignal): Promise<string | null>;
  /** What the machine finds for a leaf of a condition. */
  probe(leaf: ConditionLeaf, signal: AbortSignal): Promise<LeafFact>;
}

export interface Paths {
  readonly root: string | null;
  /** Where an absolute path of the machine lies for this process. */
  real(path: string): string;
  /** The environment of programs: nothing of the agent's own but what they need. */
  environment(): Record<string, string>;
}

export interface Session {
  readonly id: string;
  readonly user: string;
  readonly uid: number;
  readonly isActive: boolean;
  /** What is on its screen; unknown: the system does not tell. */
  readonly shows: 'desktop' | 'lock' | 'screen-saver' | 'elsewhere' | 'unknown';
}

export interface Sessions {
  /** Sessions of people, not of services. */
  list(signal: AbortSignal): Promise<Session[]>;
  /** True where the system has answered that there is no session of a person; false where it cannot tell. */
  isNobodySignedIn(signal: AbortSignal): Promise<boolean>;
  /**
   * The same command, during which nothing locks the screen or starts the screen saver by itself. No setting is
   * changed: with the command's last process it is over, whatever becomes of us. Unchanged where that is not possible.
   */
  keepingAwake(command: Command): Command;
  /** Tells everybody who is signed in. */
  warn(text: string, signal: AbortSignal): Promise<void>;
}

/** The people of this machine without rights, and the way in which they speak with the agent's service. */
export interface Users {
  /** Address of the door of the agent with this data folder: a socket, or a pipe. Null: none is possible. */
  doorOf(dataFolder: string): string | null;
  /** Lets every user of the machine use an open door. */
  letIn(address: string): void;
  /** A folder in which each user may make files, and nobody those of another. */
  readonly proofFolder: string;
  /** Whose account made the file of this name there, closed to others and with this content; null: nobody's. */
  whoMade(name: string, content: string): Promise<string | null>;
}

/** Trusted root keys that a client of Configuration Manager left: `root\\ccm\\locationservices`, TrustedRootKey (IDENT-26). */
export interface OldTrust {
  /** Null: there is no such place, for that client never met a server (IDENT-27). */
  count(signal: AbortSignal): Promise<number | null>;
  /** The certificates of its management points go with them. Whether it worked is counted afterwards. */
  removeAll(signal: AbortSignal): Promise<void>;
}
