import type { Static } from 'typebox';
import * as Type from 'typebox';
import { PlatformTarget } from './platform-target.ts';

/** How a program is run on a machine (DIST-09..12). */
export const RunOptions = Type.Object({
  window: Type.Union([
    Type.Literal('hidden'),
    Type.Literal('normal'),
    Type.Literal('minimized'),
    Type.Literal('maximized'),
  ]),
  logon: Type.Union([
    Type.Literal('whether-or-not'),
    Type.Literal('only-when-logged-on'),
    Type.Literal('only-when-nobody'),
    /** Somebody works at the machine: the session is neither locked nor behind a screen saver (BAGT-22). */
    Type.Literal('only-when-unlocked'),
  ]),
  /** How long the program waits for that; then its step fails. Absent: for ever. */
  logonDeadlineMinutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_080 })),
  /** While it runs, nothing locks the screen or starts the screen saver by itself (BAGT-23). */
  keepsUnlocked: Type.Optional(Type.Boolean()),
  rights: Type.Union([Type.Literal('administrator'), Type.Literal('user')]),
  /** BPKG-34: the whole process group is ended at this limit. */
  maxRunTimeMinutes: Type.Integer({ minimum: 1, maximum: 1440 }),
});
export type RunOptions = Static<typeof RunOptions>;

/** Names of run options. */
export const RunOptionName = Type.Union([
  Type.Literal('window'),
  Type.Literal('logon'),
  Type.Literal('rights'),
  Type.Literal('maxRunTimeMinutes'),
]);
export type RunOptionName = Static<typeof RunOptionName>;

/** What exit codes mean; all others are failures. 3010 and 1641 are Windows Installer's restart codes. */
export const ExitCodes = Type.Object({
  success: Type.Array(Type.Integer(), { minItems: 1, maxItems: 64 }),
  restart: Type.Array(Type.Integer(), { maxItems: 64 }),
});
export type ExitCodes = Static<typeof ExitCodes>;

/** "Run another program first": which one, of which package; null: that package's first (DIST-14, DIST-15). */
export const ProgramReference = Type.Object({
  packageId: Type.String({ minLength: 1, maxLength: 63 }),
  program: Type.Union([Type.String(), Type.Null()]),
});
export type ProgramReference = Static<typeof ProgramReference>;

/** A command line of a package with its run options (DIST-08). */
export const Program = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 63 }),
  /**
   * A file inside the package's folders, `folder/setup.sh` (BPKG-23), or null: `parameters` is then a whole
   * command line for the system's shell. A `.deb` or `.rpm` is given to the package manager; `.sh` runs by `sh`.
   */
  executable: Type.Union([Type.String({ minLength: 1, maxLength: 1024 }), Type.Null()]),
  /** BPKG-25: passed on unchanged. `${NAME}` is replaced by the scenario variable of that name. */
  parameters: Type.String({ maxLength: 8192 }),
  options: RunOptions,
  /** DIST-12: options without which the program cannot do its work; the others suit the environment. Absent: none. */
  mandatoryOptions: Type.Optional(Type.Array(RunOptionName, { maxItems: 4 })),
  exitCodes: ExitCodes,
  /** DIST-13: further limits to those of the package; empty: none. */
  targets: Type.Array(PlatformTarget, { maxItems: 50 }),
  /** DIST-14, DIST-15: run that program of that package first, where it is not detected yet. */
  requires: Type.Array(ProgramReference, { maxItems: 20 }),
});
export type Program = Static<typeof Program>;

/** What the forms start from. */
export const defaultRunOptions: RunOptions = {
  window: 'hidden',
  logon: 'whether-or-not',
  rights: 'administrator',
  maxRunTimeMinutes: 60,
};
export const defaultExitCodes: ExitCodes = { success: [0], restart: [3010, 1641] };
