import { extname } from 'node:path';
import {
  type Condition,
  type Detection,
  Failure,
  type HookScript,
  newPackageDraft,
  newProgram,
  type PackageDraft,
  type PlatformTarget,
  type Program,
  type RegistryRule,
} from '@tenkai/domain';
import { readJson, readText } from '../../read-file.ts';
import type { Terminal } from '../../terminal.ts';
import type { PackageOptions } from './package-options.ts';

/**
 * The draft that options describe: defaults, then what is known (a .deb's own fields, or the package that is
 * modified), then the descriptor, then each option that was given. The same input makes the same draft as the
 * console's form (BPKG-02).
 * @throws Failure usage-wrong, file-unreadable, file-not-json
 */
export async function draftFrom(
  terminal: Terminal,
  options: PackageOptions,
  known: Partial<PackageDraft> = {},
): Promise<PackageDraft> {
  const descriptor =
    options.from === undefined ? {} : await readJson<Partial<PackageDraft>>(terminal, options.from);
  const base = newPackageDraft({ ...known, ...descriptor });
  const detection = await detectionFrom(terminal, options);
  return {
    ...base,
    ...given({
      id: options.id,
      name: options.name,
      publisher: options.publisher,
      version: options.version,
      language: options.language,
      releaseDate: options.releaseDate,
      summary: options.summary,
      type: options.type,
      urgency: options.urgency,
      advisoryId: options.advisory,
      identification: options.identification,
      majorVersion: options.major,
      minorVersion: options.minor,
      restartAfterInstall: options.restartAfter,
      standalone: options.standalone,
      targets: options.target?.map(targetFrom),
      condition: await conditionFrom(terminal, options),
      requires: options.needs?.map(needFrom),
      supersedes: options.supersedes,
      before: await hookFrom(terminal, options.before),
      after: await hookFrom(terminal, options.after),
      detection: detection.length > 0 ? detection : undefined,
    }),
    programs: programsFrom(base.programs, options),
  };
}

/** Only what was said: an option that is absent must not undo what was known. */
function given<T extends object>(values: { [K in keyof T]: T[K] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** Options of the execution tab change the program that is named, or the first. */
function programsFrom(programs: readonly Program[], options: PackageOptions): Program[] {
  const name = options.program ?? programs[0]?.name;
  const exists = programs.some((program) => program.name === name);
  const all = exists ? programs : [...programs, newProgram(name === undefined ? {} : { name })];
  return all.map((program) => (program.name === name ? programWith(program, options) : program));
}

function programWith(program: Program, options: PackageOptions): Program {
  const { maxRunTime, runAs, logon, window, logonDeadline, keepUnlocked } = options;
  return {
    ...program,
    ...given({
      executable: options.exec === '' ? null : options.exec,
      parameters: options.parameters,
      requires: options.requires?.map(requirementFrom),
      mandatoryOptions: options.mandatory?.filter((name) => name !== 'none'),
    }),
    options: {
      ...program.options,
      ...given({ maxRunTimeMinutes: maxRunTime, rights: runAs, logon, window }),
      ...given({ logonDeadlineMinutes: logonDeadline, keepsUnlocked: keepUnlocked }),
    },
    exitCodes: {
      ...program.exitCodes,
      ...given({ success: options.successCodes, restart: options.restartCodes }),
    },
  };
}

function requirementFrom(text: string) {
  const [packageId = '', program] = text.split(':', 2);
  return { packageId, program: program ?? null };
}

/** `SP2`, `SP1|SP2`: any one of them will do. */
function needFrom(text: string) {
  const anyOf = text.split('|').map((id) => id.trim());
  if (anyOf.includes('')) throw wrongUse(`"${text}" is not a package ID, or several with "|" between.`);
  return { anyOf };
}

const architectures = ['any', 'x64', 'x86', 'arm64', 'ia64'] as const;

/** `debian`, `debian:12`, `windows-11:any:ja`, `debian:12:any:x64`. */
function targetFrom(text: string): PlatformTarget {
  const [operatingSystem = '', version = 'any', language = 'any', architecture = 'any', ...more] =
    text.split(':');
  const known = architectures.find((candidate) => candidate === architecture);
  if (operatingSystem === '' || !known || more.length > 0) {
    const problem = `"${text}" is not os[:version[:language[:architecture]]]; architectures are ${architectures.join(', ')}.`;
    throw wrongUse(problem);
  }
  const isAny = version === 'any' || version === '';
  return { operatingSystem, ...(isAny ? {} : { version }), language: language || 'any', architecture: known };
}

async function detectionFrom(terminal: Terminal, options: PackageOptions): Promise<Detection[]> {
  const scripts = (options.detectScript ?? []).map(async (path) =>
    scriptRule(await requiredHook(terminal, path)),
  );
  return [
    ...(options.detectDpkg ?? []).map((rule) => packageRule('dpkg', rule)),
    ...(options.detectRpm ?? []).map((rule) => packageRule('rpm', rule)),
    ...(options.detectFile ?? []).map(fileRule),
    ...(options.detectRegistry ?? []).map((rule) => ({ kind: 'registry' as const, ...registryRule(rule) })),
    ...(await Promise.all(scripts)),
  ];
}

async function conditionFrom(
  terminal: Terminal,
  { condition, conditionRegistry = [] }: PackageOptions,
): Promise<Condition | undefined> {
  const parts: Condition[] = conditionRegistry.map((rule) => ({ kind: 'registry', ...registryRule(rule) }));
  if (condition !== undefined) parts.unshift(await readJson<Condition>(terminal, condition));
  return parts.length > 1 ? { kind: 'all', of: parts } : parts[0];
}

const registryForm = /^\s*(?:(32|64):)?(HK[^!<>=]+?)(?:!([^<>=]*?))?\s*(?:(<=|>=|!=|=|<|>)\s*(.*))?$/i;

/** `HKLM\SOFTWARE\Tool!Version>=1.2`, `32:HKLM\SOFTWARE\Tool missing`; a name that is empty is the default value's. */
function registryRule(text: string): RegistryRule {
  const isMissing = /\smissing\s*$/i.test(text);
  const [, view, key, name, operator, data] =
    registryForm.exec(isMissing ? text.replace(/\s+missing\s*$/i, '') : text) ?? [];
  if (key === undefined || (operator !== undefined && isMissing))
    throw wrongUse(`"${text}" is not [32:|64:]KEY[!NAME][ missing|=|!=|<|<=|>|>= DATA]; KEY begins with HK.`);
  return {
    key: key.trim(),
    ...(name === undefined ? {} : { name: name.trim() }),
    ...(operator === undefined ? {} : { operator: operator as '=', data: (data ?? '').trim() }),
    ...(isMissing ? { operator: 'missing' as const } : {}),
    ...(view === undefined ? {} : { view: view as '32' }),
  };
}

function packageRule(source: 'dpkg' | 'rpm', text: string): Detection {
  const match = /^\s*([^\s<>=!]+)\s*(?:(<=|>=|!=|=|<|>)\s*(\S+))?\s*$/.exec(text);
  if (!match) throw wrongUse(`"${text}" is not a name, or a name with a version such as 'nginx>=1.22'.`);
  const [, name = '', operator, version] = match;
  if (!operator || !version) return { kind: 'package', source, name };
  return { kind: 'package', source, name, operator: operator as '=', version };
}

function fileRule(text: string): Detection {
  const [path = '', sha256] = text.split('#sha256=');
  return { kind: 'file', path, ...(sha256 === undefined ? {} : { sha256: sha256.toLowerCase() }) };
}

function scriptRule({ interpreter, text }: HookScript): Detection {
  if (interpreter === 'cmd') throw wrongUse('A detection script is for sh, bash or PowerShell.');
  return { kind: 'script', interpreter, text };
}

const interpreters: Readonly<Record<string, HookScript['interpreter']>> = {
  '.sh': 'sh',
  '.bash': 'bash',
  '.ps1': 'powershell',
  '.cmd': 'cmd',
  '.bat': 'cmd',
};

/** Empty: no script. The name's ending tells who runs it. */
async function hookFrom(
  terminal: Terminal,
  path: string | undefined,
): Promise<HookScript | null | undefined> {
  if (path === undefined) return undefined;
  return path === '' ? null : requiredHook(terminal, path);
}

async function requiredHook(terminal: Terminal, path: string): Promise<HookScript> {
  const interpreter = interpreters[extname(path).toLowerCase()];
  if (!interpreter) throw wrongUse(`"${path}" must end in ${Object.keys(interpreters).join(', ')}.`);
  return { interpreter, text: await readText(terminal, path) };
}

function wrongUse(problem: string): Failure {
  return new Failure('usage-wrong', { problem, command: 'tenkai package create' });
}
