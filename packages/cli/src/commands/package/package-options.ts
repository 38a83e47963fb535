import { PackageType, RunOptionName, type RunOptions, Urgency } from '@tenkai/domain';
import { type Command, InvalidArgumentError, Option } from 'commander';

/** Every field of the package form as an option (BPKG-02); what is absent keeps its default. */
export interface PackageOptions {
  readonly from?: string;
  readonly id?: string;
  readonly name?: string;
  readonly publisher?: string;
  readonly version?: string;
  readonly language?: string;
  readonly releaseDate?: string;
  readonly summary?: string;
  readonly type?: PackageType;
  readonly urgency?: Urgency;
  readonly advisory?: string;
  readonly identification?: string;
  readonly major?: number;
  readonly minor?: number;
  readonly program?: string;
  readonly exec?: string;
  readonly parameters?: string;
  readonly successCodes?: number[];
  readonly restartCodes?: number[];
  readonly mandatory?: (RunOptionName | 'none')[];
  readonly maxRunTime?: number;
  readonly runAs?: 'administrator' | 'user';
  readonly logon?: RunOptions['logon'];
  readonly logonDeadline?: number;
  readonly keepUnlocked?: boolean;
  readonly window?: 'hidden' | 'normal' | 'minimized' | 'maximized';
  readonly requires?: string[];
  readonly target?: string[];
  readonly condition?: string;
  readonly conditionRegistry?: string[];
  readonly needs?: string[];
  readonly supersedes?: string[];
  readonly detectDpkg?: string[];
  readonly detectRpm?: string[];
  readonly detectFile?: string[];
  readonly detectRegistry?: string[];
  readonly detectScript?: string[];
  readonly restartAfter?: boolean;
  readonly standalone?: boolean;
  readonly before?: string;
  readonly after?: string;
  readonly fix?: boolean;
}

const valuesOf = (union: { anyOf: readonly { const: string }[] }) => union.anyOf.map((item) => item.const);

export function addPackageOptions(command: Command): Command {
  return command
    .option('--from <file>', 'JSON descriptor to start from ("-": standard input); other options win')
    .optionsGroup('Basic:')
    .option('--id <id>', 'package ID: at most 63 letters, digits, "-" and "_"')
    .option('--name <text>', 'name')
    .option('--publisher <text>', 'company or maintainer, at most 127 bytes')
    .option('--version <text>', 'version')
    .option('--language <text>', 'shown with the name, such as ALL or ja')
    .option('--release-date <YYYY/MM/DD>', 'release date')
    .option('--summary <text>', 'at most 511 bytes')
    .addOption(new Option('--type <type>', 'what it is').choices(valuesOf(PackageType as never)))
    .addOption(new Option('--urgency <urgency>', 'how urgent it is').choices(valuesOf(Urgency as never)))
    .option('--advisory <number>', 'MS (KB) number, USN, RHSA, DSA or CVE')
    .option('--identification <text>', 'tells a hotfix that is there already')
    .option('--major <number>', 'major version of a service pack', integer)
    .option('--minor <number>', 'minor version of a service pack', integer)
    .optionsGroup('Execution:')
    .option('--program <name>', 'name of the program that the options here are about (default: the first)')
    .option('--exec <path>', 'executable inside of the folders, such as hello/setup.sh; "" for none')
    .option('--parameters <text>', 'given to the executable unchanged; without one, a command line')
    .option('--success-codes <numbers>', 'exit codes that mean success, such as 0,3', integers)
    .option('--restart-codes <numbers>', 'exit codes that ask for a restart', integers)
    .option('--max-run-time <minutes>', 'the program is ended after this time', integer)
    .addOption(new Option('--run-as <rights>', 'whose rights').choices(['administrator', 'user']))
    .addOption(
      new Option('--logon <when>', 'who must be logged on').choices([
        'whether-or-not',
        'only-when-logged-on',
        'only-when-nobody',
        'only-when-unlocked',
      ]),
    )
    .option('--logon-deadline <minutes>', 'how long it waits for that; then its step fails', integer)
    .option('--keep-unlocked', 'nothing locks the screen by itself while it runs')
    .addOption(
      new Option('--window <how>', 'window on Windows').choices([
        'hidden',
        'normal',
        'minimized',
        'maximized',
      ]),
    )
    .addOption(
      new Option('--mandatory <option...>', 'run options that later revisions must keep').choices([
        ...valuesOf(RunOptionName as never),
        'none',
      ]),
    )
    .option(
      '--requires <package...>',
      'run that package first where it is not there yet; also package:program',
    )
    .option('--restart-after', 'restart the machine afterwards')
    .option('--no-restart-after', 'do not')
    .option('--standalone', 'restart the machine before, and apply it alone')
    .option('--no-standalone', 'do not')
    .option('--before <file>', 'script that runs before the program (.sh, .bash, .ps1, .cmd)')
    .option('--after <file>', 'script that runs after it')
    .optionsGroup('Operating system and language:')
    .option(
      '--target <rows...>',
      'machines that it suits, os[:version[:language[:architecture]]], such as debian:12:any:x64',
    )
    .optionsGroup('Dependency and detection:')
    .option('--condition <file>', 'JSON condition that must hold on the machine')
    .option(
      '--condition-registry <rules...>',
      "registry of Windows that must hold too: '[32:|64:]KEY[!NAME][ missing|=|!=|<|<=|>|>= DATA]'",
    )
    .option('--needs <packages...>', "must be there before it; 'SP1|SP2': one of them (automatic update)")
    .option('--supersedes <packages...>', 'are needless where this one is (automatic update)')
    .option('--detect-dpkg <rules...>', "Debian package that is there afterwards, such as 'nginx>=1.22'")
    .option('--detect-rpm <rules...>', 'the same for rpm')
    .option('--detect-file <paths...>', 'file that is there afterwards; with #sha256=HEX exactly this one')
    .option(
      '--detect-registry <rules...>',
      "registry afterwards, such as 'HKLM\\SOFTWARE\\Tool!Version>=1.2'",
    )
    .option('--detect-script <files...>', 'script that exits with 0 and prints something when it is there')
    .optionsGroup('Saving:')
    .option('--fix', 'correct a wrong release date instead of refusing it');
}

function integer(text: string): number {
  if (/^-?\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number.');
}

function integers(text: string): number[] {
  return text
    .split(',')
    .filter((part) => part.trim() !== '')
    .map((part) => integer(part.trim()));
}
