import type { FieldProblem } from '../failure.ts';
import { hasSwitch, type Spellings, switchFamilyOf } from './installer-switches.ts';
import './package-failures.ts';
import type { Program } from './program.ts';
import type { PackageDraft } from './software-package.ts';

export interface PackageFileSize {
  readonly path: string;
  readonly sizeBytes: number;
}

/**
 * What is worth saying about a draft that may be saved all the same.
 * Source: BPKG-15 (urgency), BPKG-24 (paths), BPKG-26 and BPKG-30 (switches), BPKG-38 (archive beside its contents).
 */
export function packageWarnings(draft: PackageDraft, files: readonly PackageFileSize[]): FieldProblem[] {
  return [
    ...urgencyWarnings(draft),
    ...pathWarnings(files),
    ...archiveWarnings(draft, files),
    ...servicePackWarnings(draft),
    ...draft.programs.flatMap((program, index) => switchWarnings(program, `programs[${index}].parameters`)),
  ];
}

function urgencyWarnings({ urgency }: PackageDraft): FieldProblem[] {
  if (urgency !== 'highest' && urgency !== 'high') return [];
  return [{ field: 'urgency', code: 'urgency-automatic', params: { urgency } }];
}

/** BAUT-16: without a word of what must be there before, it is tried on machines that cannot take it. */
function servicePackWarnings(draft: PackageDraft): FieldProblem[] {
  const { type, majorVersion, condition, requires = [], targets } = draft;
  if (type !== 'service-pack' || majorVersion === null || majorVersion <= 1) return [];
  if (condition !== null || requires.length > 0) return [];
  if (targets.some(({ baseServicePack }) => baseServicePack !== undefined)) return [];
  return [{ field: 'condition', code: 'service-pack-without-prerequisite', params: { level: majorVersion } }];
}

function pathWarnings(files: readonly PackageFileSize[]): FieldProblem[] {
  const foreign = files.filter(({ path }) => /[^\x20-\x7e]/.test(path));
  const first = foreign[0];
  if (!first) return [];
  return [{ field: 'files', code: 'path-not-ascii', params: { path: first.path, count: foreign.length } }];
}

const archiveName = /\.(zip|cab|7z|exe|msi|iso|tar|tgz|tar\.(gz|xz|zst|bz2)|deb|rpm)$/i;

/**
 * An archive in one folder with at least three other files that are together as large as the archive or larger, up to
 * ten times: what an expanded copy looks like. A program's own executable is no such archive.
 */
function archiveWarnings(draft: PackageDraft, files: readonly PackageFileSize[]): FieldProblem[] {
  const executables = new Set(draft.programs.map((program) => program.executable));
  const archives = files.filter(({ path }) => archiveName.test(path) && !executables.has(path));
  return archives.flatMap((archive) => {
    const folder = archive.path.slice(0, archive.path.lastIndexOf('/') + 1);
    const beside = files.filter(({ path }) => path.startsWith(folder) && !archiveName.test(path));
    const besideBytes = beside.reduce((sum, file) => sum + file.sizeBytes, 0);
    const looksExpanded = besideBytes >= archive.sizeBytes && besideBytes <= archive.sizeBytes * 10;
    if (beside.length < 3 || !looksExpanded) return [];
    const params = { archive: archive.path, archiveBytes: archive.sizeBytes, besideBytes };
    return [{ field: 'files', code: 'archive-beside-contents', params }];
  });
}

function switchWarnings(program: Program, field: string): FieldProblem[] {
  const family = switchFamilyOf(program);
  if (!family) return [];
  const { needed, choice } = family;
  const has = (spellings: Spellings) => hasSwitch(program.parameters, spellings);
  const params = { program: program.name };
  const warnings: FieldProblem[] = [];
  if (!has(needed)) {
    const missing = { ...params, switch: needed[0] ?? '' };
    warnings.push({ field, code: 'no-restart-switch-missing', params: missing });
  }
  if (choice && has(choice.unattended) === has(choice.quiet)) {
    const choices = [choice.unattended[0], choice.quiet[0]].join(', ');
    warnings.push({ field, code: 'quiet-switch-choice', params: { ...params, choices } });
  }
  return warnings;
}
