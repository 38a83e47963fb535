import type { FieldProblem } from '../failure.ts';
import { conditionLimits, isConditionWithinLimits, leavesOf } from './condition.ts';
import { findInContent, isPattern } from './content-path.ts';
import type { Detection } from './detection.ts';
import './package-failures.ts';
import type { PlatformTarget } from './platform-target.ts';
import type { Program } from './program.ts';
import { isComparable, type RegistryOperator, type RegistryRule } from './registry-rule.ts';
import type { PackageDraft } from './software-package.ts';
import { textProblems } from './text-problems.ts';

/** One thing that is wrong with a draft; `field` is its path in the draft, `code` has a sentence in the console. */
export type DraftProblem = FieldProblem;

/** Limits in UTF-8 bytes (BPKG-05, 07, 10, 16; BPKG-11 says why UTF-8). */
export const packageByteLimits = { id: 63, publisher: 127, summary: 511, advisoryId: 31 } as const;

const encoder = new TextEncoder();

/** Length as the limits count it. */
export function utf8Bytes(text: string): number {
  return encoder.encode(text).length;
}

/**
 * Every rule of the image builder's tabs that a schema cannot say. Empty when the draft may be saved. `files`: the
 * paths of the content; null where the package has none; absent where they are not known yet.
 * Source: BPKG-05..24, BPKG-35.
 */
export function packageDraftProblems(draft: PackageDraft, files?: readonly string[] | null): DraftProblem[] {
  return [
    ...idProblems(draft.id),
    ...byteProblems(draft),
    ...dateProblems(draft.releaseDate),
    ...servicePackProblems(draft),
    ...programNameProblems(draft.programs),
    ...draft.programs.flatMap((program, index) => programProblems(draft.id, program, `programs[${index}]`)),
    ...(files === undefined ? [] : executableProblems(draft.programs, files ?? [])),
    ...detectionProblems(draft),
    ...targetProblems(draft.targets, 'targets'),
    ...draft.programs.flatMap(({ targets }, index) => targetProblems(targets, `programs[${index}].targets`)),
    ...conditionProblems(draft),
    ...relationProblems(draft),
    ...textProblems(draft),
  ];
}

/**
 * DIST-12: what a new revision changes of options that the sealed one calls mandatory. Whoever means it takes the mark
 * away first, in a revision of its own.
 */
export function mandatoryOptionProblems(sealed: PackageDraft, draft: PackageDraft): DraftProblem[] {
  return draft.programs.flatMap((program, index) => {
    const before = sealed.programs.find(({ name }) => name === program.name);
    const changed = (before?.mandatoryOptions ?? []).filter(
      (option) => before?.options[option] !== program.options[option],
    );
    return changed.map((option) => ({
      field: `programs[${index}].options.${option}`,
      code: 'option-mandatory',
      params: { program: program.name, option, value: String(before?.options[option]) },
    }));
  });
}

function idProblems(id: string): DraftProblem[] {
  if (/^[A-Za-z0-9_-]+$/.test(id)) return [];
  return [{ field: 'id', code: id === '' ? 'package-id-empty' : 'package-id-characters', params: { id } }];
}

function byteProblems(draft: PackageDraft): DraftProblem[] {
  return Object.entries(packageByteLimits).flatMap(([field, limit]) => {
    const bytes = utf8Bytes(draft[field as keyof typeof packageByteLimits]);
    return bytes > limit ? [{ field, code: 'too-many-bytes', params: { bytes, limit } }] : [];
  });
}

function dateProblems(date: string): DraftProblem[] {
  if (date === '' || isReleaseDate(date)) return [];
  const suggestion = correctedReleaseDate(date);
  return [
    { field: 'releaseDate', code: 'release-date', params: { date }, ...(suggestion ? { suggestion } : {}) },
  ];
}

function isReleaseDate(date: string): boolean {
  return /^\d{4}\/\d{2}\/\d{2}$/.test(date) && correctedReleaseDate(date) === date;
}

/**
 * The nearest valid `YYYY/MM/DD`, or undefined where nothing can be guessed (BPKG-08, BPKG-09). Two-digit years
 * are of this century; a day after the month's end becomes its last day.
 */
export function correctedReleaseDate(date: string): string | undefined {
  const match = /^\s*(\d{4}|\d{2})[/.-](\d{1,2})[/.-](\d{1,2})\s*$/.exec(date);
  if (!match) return undefined;
  const [, yearText = '', monthText = '', dayText = ''] = match;
  const year = yearText.length === 2 ? 2000 + Number(yearText) : Number(yearText);
  const month = Math.min(Math.max(Number(monthText), 1), 12);
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const day = Math.min(Math.max(Number(dayText), 1), lastDay);
  return `${String(year).padStart(4, '0')}/${String(month).padStart(2, '0')}/${String(day).padStart(2, '0')}`;
}

function servicePackProblems(draft: PackageDraft): DraftProblem[] {
  if (draft.type !== 'service-pack') return [];
  const missing = (['majorVersion', 'minorVersion'] as const).filter((field) => draft[field] === null);
  return missing.map((field) => ({ field, code: 'required-for-service-pack', params: {} }));
}

function programNameProblems(programs: readonly Program[]): DraftProblem[] {
  return programs.flatMap(({ name }, index) =>
    programs.findIndex((other) => other.name === name) === index
      ? []
      : [{ field: `programs[${index}].name`, code: 'program-name-twice', params: { name } }],
  );
}

function programProblems(packageId: string, program: Program, field: string): DraftProblem[] {
  const { name, executable, parameters, exitCodes, requires } = program;
  const problems: DraftProblem[] = [];
  if (executable === null && parameters.trim() === '')
    problems.push({ field: `${field}.executable`, code: 'program-empty', params: { name } });
  if (requires.some((need) => need.packageId === packageId && (need.program ?? name) === name))
    problems.push({ field: `${field}.requires`, code: 'program-needs-itself', params: { name } });
  const both = exitCodes.success.find((code) => exitCodes.restart.includes(code));
  if (both !== undefined)
    problems.push({ field: `${field}.exitCodes`, code: 'exit-code-twice', params: { exitCode: both } });
  return problems;
}

/**
 * BPKG-23. Windows writes folders with a backslash, as the source does; both mean the same file. A pattern stands for one
 * file whose name differs with the language (DIST-37).
 */
function executableProblems(programs: readonly Program[], files: readonly string[]): DraftProblem[] {
  const known = new Set(files);
  return programs.flatMap(({ executable }, index) => {
    if (executable === null || known.has(executable)) return [];
    const field = `programs[${index}].executable`;
    const matching = isPattern(executable) ? filesLike(files, executable) : [];
    if (matching.length === 1) return [];
    if (matching.length === 0) return [outside(field, executable, files)];
    const params = { executable, count: matching.length };
    return [{ field, code: 'program-executable-ambiguous', params }];
  });
}

function filesLike(files: readonly string[], pattern: string): readonly string[] {
  const found = findInContent(files, pattern);
  const paths = found.state === 'found' ? [found.path] : found.state === 'several' ? found.paths : [];
  return paths.filter((path) => files.includes(path));
}

/** Patterns of executables become the file that they stand for: what is sealed names files (DIST-37). */
export function withExecutablesNamed(draft: PackageDraft, files: readonly string[]): PackageDraft {
  const programs = draft.programs.map((program) => {
    const { executable } = program;
    if (executable === null || !isPattern(executable) || files.includes(executable)) return program;
    const [file, ...others] = filesLike(files, executable);
    return file === undefined || others.length > 0 ? program : { ...program, executable: file };
  });
  return { ...draft, programs };
}

function outside(field: string, executable: string, files: readonly string[]): DraftProblem {
  const wanted = executable.replaceAll('\\', '/').toLowerCase();
  const found = files.filter((file) => `/${file.toLowerCase()}`.endsWith(`/${wanted}`));
  const suggestion = found.length === 1 ? found[0] : undefined;
  const problem = { field, code: 'program-executable-outside', params: { executable } };
  return suggestion === undefined ? problem : { ...problem, suggestion };
}

function detectionProblems(draft: PackageDraft): DraftProblem[] {
  if (draft.detection.length === 0)
    return draft.type === 'tool' ? [] : [{ field: 'detection', code: 'detection-required', params: {} }];
  return draft.detection.flatMap((rule, index) => detectionRuleProblems(rule, `detection[${index}]`));
}

function detectionRuleProblems(rule: Detection, field: string): DraftProblem[] {
  if (rule.kind === 'file' && !isAbsolutePath(rule.path))
    return [{ field: `${field}.path`, code: 'detection-path-relative', params: { path: rule.path } }];
  if (rule.kind === 'package' && (rule.operator === undefined) !== (rule.version === undefined))
    return [{ field, code: 'detection-version-incomplete', params: {} }];
  return rule.kind === 'registry' ? registryProblems(rule, field) : [];
}

/** Windows only: the names of its hives, long as regedit writes them or short. */
const hive = /^(HKLM|HKCU|HKCR|HKU|HKCC|HKEY_[A-Z_]{4,30})(\\|$)/i;

/** What would never hold on any machine: it is said before it is saved. */
function registryProblems(rule: RegistryRule, field: string): DraftProblem[] {
  const problems: DraftProblem[] = [];
  if (!hive.test(rule.key))
    problems.push({ field, code: 'registry-key-without-hive', params: { key: rule.key } });
  const { name, operator = 'exists', data = '', type } = rule;
  if (name === undefined && (rule.data !== undefined || type !== undefined || isComparison(operator)))
    problems.push({ field, code: 'registry-name-missing', params: { key: rule.key } });
  else if (!isComparable(rule))
    problems.push({ field, code: 'registry-not-comparable', params: { data, operator } });
  return problems;
}

function isComparison(operator: RegistryOperator): boolean {
  return operator !== 'exists' && operator !== 'missing';
}

/** On Linux or Windows; `%ProgramFiles%` and the like stand for a drive and a folder. */
function isAbsolutePath(path: string): boolean {
  return /^(\/|[A-Za-z]:[\\/]|\\\\|%[A-Za-z()0-9_]+%)/.test(path);
}

function targetProblems(targets: readonly PlatformTarget[], field: string): DraftProblem[] {
  const keys = targets.map((target) =>
    [target.operatingSystem, target.version ?? 'any', target.language, target.architecture].join(' '),
  );
  return keys.flatMap((key, index) =>
    keys.indexOf(key) === index
      ? []
      : [{ field: `${field}[${index}]`, code: 'target-twice', params: { target: key } }],
  );
}

function conditionProblems({ condition }: PackageDraft): DraftProblem[] {
  if (condition === null) return [];
  if (!isConditionWithinLimits(condition))
    return [{ field: 'condition', code: 'condition-too-large', params: { ...conditionLimits } }];
  return leavesOf(condition).flatMap((leaf) =>
    leaf.kind === 'registry' ? registryProblems(leaf, 'condition') : [],
  );
}

/** Others may be unknown yet: service packs are registered in any order (BAUT-14). */
function relationProblems({ id, requires = [], supersedes = [] }: PackageDraft): DraftProblem[] {
  const wrong = requires.flatMap(({ anyOf }, index) => (anyOf.includes(id) ? [`requires[${index}]`] : []));
  if (supersedes.includes(id)) wrong.push('supersedes');
  return wrong.map((field) => ({ field, code: 'relation-to-itself', params: {} }));
}
