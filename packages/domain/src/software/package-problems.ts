import type { FailureParams } from '../failure.ts';
import type { PackageDraft } from './software-package.ts';

/** One thing that is wrong with a draft; `field` is its name in the draft, `code` has a sentence in the console. */
export interface DraftProblem {
  readonly field: string;
  readonly code: string;
  readonly params: FailureParams;
  /** What would be right, where we know (BPKG-09). */
  readonly suggestion?: string;
}

/** Limits in UTF-8 bytes (BPKG-05, 07, 10, 16; BPKG-11 says why UTF-8). */
export const packageByteLimits = { id: 63, publisher: 127, summary: 511, advisoryId: 31 } as const;

const encoder = new TextEncoder();

/** Length as the limits count it. */
export function utf8Bytes(text: string): number {
  return encoder.encode(text).length;
}

/**
 * Every rule of the image builder's tabs that a schema cannot say. Empty when the draft may be saved.
 * Source: BPKG-05..24, BPKG-35.
 */
export function packageDraftProblems(draft: PackageDraft): DraftProblem[] {
  return [
    ...idProblems(draft.id),
    ...byteProblems(draft),
    ...dateProblems(draft.releaseDate),
    ...servicePackProblems(draft),
    ...programProblems(draft),
    ...detectionProblems(draft),
  ];
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
  return [{ field: 'releaseDate', code: 'release-date', params: { date }, ...(suggestion ? { suggestion } : {}) }];
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

function programProblems(draft: PackageDraft): DraftProblem[] {
  const names = draft.programs.map((program) => program.name);
  const repeated = names.filter((name, index) => names.indexOf(name) !== index);
  return repeated.map((name) => ({ field: 'programs', code: 'program-name-twice', params: { name } }));
}

function detectionProblems(draft: PackageDraft): DraftProblem[] {
  if (draft.type === 'tool' || draft.detection.length > 0) return [];
  return [{ field: 'detection', code: 'detection-required', params: {} }];
}
