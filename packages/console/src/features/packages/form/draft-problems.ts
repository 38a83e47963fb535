import type { FieldProblem } from '@tenkai/domain/failure.ts';
import { packageDraftProblems } from '@tenkai/domain/software/package-problems.ts';
import { packageWarnings } from '@tenkai/domain/software/package-warnings.ts';
import type { PackageDraft } from '@tenkai/domain/software/software-package.ts';
import { createContext, useContext } from 'react';
import { problemSentenceText } from '../../../i18n/problem-texts.ts';

export const formTabs = ['basic', 'execution', 'platforms', 'dependency'] as const;
export type FormTab = (typeof formTabs)[number];

/** What is wrong with a draft, for its fields to show. */
export interface DraftProblems {
  /** The sentence for exactly this field. */
  at(field: string): string | undefined;
  /** The problem itself, where a field offers its suggestion. */
  problemAt(field: string): FieldProblem | undefined;
  readonly warnings: readonly FieldProblem[];
  countOf(tab: FormTab): number;
  readonly count: number;
}

/** Said only once somebody tried to save: an empty form is not wrong yet. */
const quiet = new Set([
  'package-id-empty',
  'detection-required',
  'program-empty',
  'required-for-service-pack',
  'name-empty',
]);

/** Every rule, asked while typing; the site asks the same ones again. */
export function lookAtDraft(
  draft: PackageDraft,
  files: readonly { path: string; sizeBytes: number }[],
  isTried: boolean,
): DraftProblems {
  const all: FieldProblem[] = [
    ...packageDraftProblems(draft, files.length === 0 ? null : files.map(({ path }) => path)),
    ...(draft.name.trim() === '' ? [{ field: 'name', code: 'name-empty', params: {} }] : []),
  ];
  const shown = all.filter(({ code }) => isTried || !quiet.has(code));
  return {
    at: (field) => {
      const problem = shown.find((each) => each.field === field);
      return problem && problemSentenceText(problem);
    },
    problemAt: (field) => shown.find((each) => each.field === field),
    warnings: packageWarnings(draft, files),
    countOf: (tab) => shown.filter(({ field }) => tabOf(field) === tab).length,
    count: all.length,
  };
}

const basicFields = [
  'id',
  'name',
  'publisher',
  'version',
  'language',
  'releaseDate',
  'summary',
  'type',
  'urgency',
  'advisoryId',
  'identification',
  'majorVersion',
  'minorVersion',
];

const dependencyFields = ['condition', 'requires', 'supersedes'];

/** The tab on which a field of the draft is found. */
export function tabOf(field: string): FormTab {
  const name = field.split(/[.[]/, 1)[0] ?? '';
  if (basicFields.includes(name)) return 'basic';
  if (name === 'targets') return 'platforms';
  return dependencyFields.includes(name) ? 'dependency' : 'execution';
}

const none: DraftProblems = {
  at: () => undefined,
  problemAt: () => undefined,
  warnings: [],
  countOf: () => 0,
  count: 0,
};

export const DraftProblemsContext = createContext<DraftProblems>(none);

export function useDraftProblems(): DraftProblems {
  return useContext(DraftProblemsContext);
}
